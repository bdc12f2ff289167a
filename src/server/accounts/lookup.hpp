#pragma once
#include "server/route.hpp"

namespace sotto::server {

/// GET /v1/names/{name}, by a device. The answer has one status, size and time, whether or not the name exists or may
/// be found. errors   429 too_many
asio::awaitable<net::Response> look_up(Context& context, Call call);

/// GET /v1/account, by a permit
asio::awaitable<net::Response> account_by_permit(Context& context, Call call);

/// GET /v1/own/account, by a device
asio::awaitable<net::Response> own_account(Context& context, Call call);

/// GET /v1/status, by a device, also by one that no list names yet
asio::awaitable<net::Response> status(Context& context, Call call);

}  // namespace sotto::server

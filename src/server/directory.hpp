#pragma once
#include "server/context.hpp"

namespace sotto::server {

/// GET /v1/names/{name}
/// errors   404 unknown_account
asio::awaitable<net::Response> account_named(Context& context, Call call);

/// GET /v1/accounts/{id}
/// errors   404 unknown_account
asio::awaitable<net::Response> account_with_id(Context& context, Call call);

/// GET /v1/status, by a device
asio::awaitable<net::Response> status(Context& context, Call call);

/// PUT /v1/prekeys, by a device
/// errors   400 malformed_body, prekey_not_by_device; 409 key_known, too_many_prekeys
/// cost     one signature check for each signed or Kyber prekey, at most 202
asio::awaitable<net::Response> put_prekeys(Context& context, Call call);

/// POST /v1/bundles, by a device. Each one-time prekey leaves at most once, after it is durably gone from here.
/// errors   400 malformed_body, 404 unknown_account
asio::awaitable<net::Response> take_bundles(Context& context, Call call);

}  // namespace sotto::server

#pragma once
#include "server/route.hpp"

/// What a restored server has lost, and is shown again by those who were told that it had it: the higher signed list
/// wins. Nothing here counts by a token alone: the statements prove themselves.
namespace sotto::server {

/// PUT /v1/own/account: certificate and list that the server held before. Devices of it that are not here any more have
/// their mailbox from now on, and nobody's token opens it until they return.
/// errors   400 bad_statement, bad_host; 409 list_passed, key_known, number_given; 429 too_many
asio::awaitable<net::Response> present_account(Context& context, Call call);

/// POST /v1/devices/return, by nobody: a listed device that the server has lost, by its identity key.
/// errors   as above, and 409 device_known; 410 challenge_expired
asio::awaitable<net::Response> return_device(Context& context, Call call);

}  // namespace sotto::server

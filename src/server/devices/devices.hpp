#pragma once
#include "server/route.hpp"

/// How a device comes, and what is its own: tokens and generation.
namespace sotto::server {

/// POST /v1/grants, by a device
asio::awaitable<net::Response> grant_mailbox(Context& context, Call call);

/// POST /v1/devices, by a grant in the body. The very same bytes again get the same 200.
/// errors   400 malformed_body, prekeys_missing, prekey_not_by_device, key_not_canonical; 409 key_known,
/// too_many_waiting;
///          410 grant_expired; 429 too_many
asio::awaitable<net::Response> add_device(Context& context, Call call);

/// POST /v1/token, by a device. errors   409 token_known
asio::awaitable<net::Response> announce_token(Context& context, Call call);

/// PUT /v1/token/receive, by a device. errors   409 token_known
asio::awaitable<net::Response> put_receive_token(Context& context, Call call);

/// PUT /v1/generation, by a device. errors   409 generation_passed, with what stands
asio::awaitable<net::Response> put_generation(Context& context, Call call);

}  // namespace sotto::server

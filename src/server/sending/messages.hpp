#pragma once
#include "server/route.hpp"

namespace sotto::server {

/// POST /v1/messages, by a permit. 200 once every envelope is durably in its mailbox, or acknowledged by its device; in
/// every other case nothing is delivered.
/// errors   400 malformed_body; 409 idempotency_conflict, wrong_devices; 410 stale_devices; 413 envelope_too_large; 429
///          mailbox_full, too_many; 503 under_way
asio::awaitable<net::Response> send_message(Context& context, Call call);

/// POST /v1/own/messages, by a device: to each other device of its account. The same errors.
asio::awaitable<net::Response> send_to_own(Context& context, Call call);

/// POST /v1/knocks, by a device: a first message to an account of this server, of which only the user name is known.
/// The server sees who knocks. The same errors, and 403 not_found_or_closed for an account that isn't there or takes no
/// knocks.
asio::awaitable<net::Response> knock(Context& context, Call call);

}  // namespace sotto::server

#pragma once
#include "server/context.hpp"

namespace sotto::server {

/// POST /v1/messages, by a device. 200 once every envelope is durably in its mailbox; the same request again is
/// delivered once; in every other case nothing is delivered. errors   400 malformed_body; 403 not_your_device; 404
/// unknown_account; 409 idempotency_conflict, wrong_devices;
///          410 stale_devices; 413 envelope_too_large; 429 mailbox_full
asio::awaitable<net::Response> send_message(Context& context, Call call);

}  // namespace sotto::server

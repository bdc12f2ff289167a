#pragma once
#include "server/route.hpp"

namespace sotto::server {

/// POST /v1/shared-messages: one sealed message (version 2) for many devices, split here. Each entry is answered by
/// itself, and the others are delivered; the payload is kept once.
/// errors   400 malformed_body (also: a service id twice, an excluded one, an entry with several devices, another
/// number
///          of permits than of entries); 409 idempotency_conflict; 413 too_many_entries; 429 too_many; 503 under_way
asio::awaitable<net::Response> send_shared(Context& context, Call call);

}  // namespace sotto::server

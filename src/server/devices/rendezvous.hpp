#pragma once
#include "server/route.hpp"

/// The rendezvous of two devices, by nobody: the id lets one in, and after that each side has its key, in the header
/// Sotto-Rendezvous. A wrong key, a rendezvous that is over, and one that never was are answered alike.
namespace sotto::server {

constexpr std::string_view rendezvous_header = "Sotto-Rendezvous";

/// POST /v1/rendezvous. errors   429 too_many; 503 busy
asio::awaitable<net::Response> open_rendezvous(Context& context, Call call);
/// POST /v1/rendezvous/{id}/guest. errors   404 no_such_rendezvous; 409 rendezvous_taken
asio::awaitable<net::Response> join_rendezvous(Context& context, Call call);
/// POST /v1/rendezvous/{id}/messages. errors   404 no_such_rendezvous; 409 rendezvous_full
asio::awaitable<net::Response> put_rendezvous_message(Context& context, Call call);
/// GET /v1/rendezvous/{id}/messages?after=N. Waits at most limits::long_poll. errors   404 no_such_rendezvous
asio::awaitable<net::Response> take_rendezvous_messages(Context& context, Call call);
/// DELETE /v1/rendezvous/{id}. errors   404 no_such_rendezvous
asio::awaitable<net::Response> close_rendezvous(Context& context, Call call);

}  // namespace sotto::server

#include "server/server.hpp"

#include <algorithm>
#include <array>

#include "base/encoding.hpp"
#include "base/log.hpp"
#include "server/answer.hpp"
#include "server/directory.hpp"
#include "server/limits.hpp"
#include "server/mailbox_session.hpp"
#include "server/messages.hpp"
#include "server/registration.hpp"
#include "wire/names.hpp"
#include "wire/registration.hpp"
#include "wire/signed.hpp"

namespace sotto::server {
namespace {

enum class For { anyone, devices };

struct Route {
  std::string_view method;
  std::string_view path;  // with `/` at its end: one more segment follows
  For whom;
  std::size_t body_limit;
  asio::awaitable<net::Response> (*answer)(Context&, Call);
};

constexpr std::string_view mailbox_path = "/v1/mailbox";

asio::awaitable<net::Response> ask_for_upgrade(Context&, Call) {
  co_return refuse(426, "upgrade_required", "a mailbox is a WebSocket");
}

constexpr std::array routes{
    Route{"POST", "/v1/register/begin", For::anyone, limits::small_request, begin_registration},
    Route{"POST", "/v1/register", For::anyone, wire::max_registration, register_account},
    Route{"GET", "/v1/names/", For::anyone, limits::small_request, account_named},
    Route{"GET", "/v1/accounts/", For::anyone, limits::small_request, account_with_id},
    Route{"GET", "/v1/status", For::devices, limits::small_request, status},
    Route{"PUT", "/v1/prekeys", For::devices, wire::max_prekey_upload, put_prekeys},
    Route{"POST", "/v1/bundles", For::devices, limits::small_request, take_bundles},
    Route{"POST", "/v1/messages", For::devices, limits::upload, send_message},
    Route{"GET", mailbox_path, For::devices, limits::small_request, ask_for_upgrade},
};

bool is_at(const Route& route, std::string_view target) {
  if (!route.path.ends_with('/')) return target == route.path;
  const bool has_tail = target.starts_with(route.path) && target.size() > route.path.size();
  return has_tail && target.find('/', route.path.size()) == std::string_view::npos;
}

const Route* route_at(std::string_view target) {
  const auto found = std::ranges::find_if(routes, [target](const Route& route) { return is_at(route, target); });
  return found == routes.end() ? nullptr : &*found;
}

net::Response wrong_method(const Route& route) {
  net::Response response = refuse(405, "wrong_method", "this address takes another method");
  response.headers.push_back({.name = "Allow", .value = std::string(route.method)});
  return response;
}

net::Response not_authenticated() {
  net::Response response = refuse(401, "not_authenticated", "no device of this server has this token");
  response.headers.push_back({.name = "WWW-Authenticate", .value = "Bearer"});
  return response;
}

}  // namespace

Server::Server(Storage& storage, net::Clock& clock, net::Timer& timer, base::Random& random, ServerOptions options)
    : timer_(timer),
      hub_(timer.executor()),
      context_{.storage = storage,
               .clock = clock,
               .random = random,
               .hub = hub_,
               .registration = options.registration,
               .authority = std::move(options.authority)},
      stopping_(timer.executor()),
      http_(timer, *this, [&options] {
        options.http.websocket.message = limits::client_frame;
        return options.http;
      }()) {}

Server::~Server() = default;

asio::awaitable<void> Server::serve(net::Acceptor& acceptor) { return http_.serve(acceptor); }

asio::awaitable<void> Server::keep_tidy() {
  while (!is_stopping_) {
    const auto done = co_await context_.storage.expire(context_.today());
    if (!done) base::log::warning("nothing was expired");
    co_await stopping_.wait_for(timer_, std::chrono::hours(1));
  }
}

asio::awaitable<void> Server::stop(net::Duration grace) {
  is_stopping_ = true;
  stopping_.ring();
  hub_.send_all_away({.code = close_going_away, .text = "the server stops"});
  return http_.stop(grace);
}

std::size_t Server::body_limit(const net::Request& head) const {
  const Route* route = route_at(head.target);
  return route ? route->body_limit : limits::small_request;
}

net::Response Server::refusal(unsigned status) const {
  switch (status) {
    case 413:
      return refuse(status, "body_too_large", "the request is larger than allowed here");
    case 431:
      return refuse(status, "header_too_large", "the request's header is larger than allowed");
    case 503:
      return refuse_for_now(status, "busy", "the server is busy");
    default:
      return refuse(400, "malformed_request", "this is not an HTTP request");
  }
}

asio::awaitable<net::Response> Server::answer(net::Request request) {
  const Route* route = route_at(request.target);
  if (!route) co_return not_found();
  if (request.method != route->method) co_return wrong_method(*route);
  Call call;
  call.tail = request.target.substr(route->path.size());
  if (route->whom == For::devices) {
    const auto device = co_await authenticate(request);
    if (!device) co_return device.error();
    call.device = *device;
  }
  call.request = std::move(request);
  co_return co_await route->answer(context_, std::move(call));
}

asio::awaitable<base::Result<KnownDevice, net::Response>> Server::authenticate(const net::Request& request) {
  constexpr std::string_view scheme = "Bearer ";
  const std::string_view given = net::header(request.headers, "Authorization");
  if (!given.starts_with(scheme)) co_return not_authenticated();
  const auto token = base::from_base64url(given.substr(scheme.size()));
  if (!token || token->size() != 32) co_return not_authenticated();
  // Found by an index over hashes: how long that takes says nothing about any token.
  const auto hash = wire::hash(wire::names::device_token, *token);
  const auto device = co_await context_.storage.device_with_token(hash);
  if (!device) co_return refuse(device.error());
  if (!*device) co_return not_authenticated();
  co_return **device;
}

asio::awaitable<std::variant<net::Response, net::WebSocketSession>> Server::upgrade(net::Request head) {
  if (head.target != mailbox_path) co_return not_found();
  const auto device = co_await authenticate(head);
  if (!device) co_return device.error();
  if (is_stopping_) co_return refuse_for_now(503, "stopping", "the server stops");
  const auto touched = co_await context_.storage.touch(device->row, context_.today());
  if (!touched) base::log::warning("a day of contact was not noted");
  co_return net::WebSocketSession(
      [this, known = *device](net::WebSocket& websocket) { return serve_mailbox(known, websocket); });
}

asio::awaitable<void> Server::serve_mailbox(KnownDevice device, net::WebSocket& websocket) {
  MailboxSession session(context_.storage, hub_, timer_, std::move(device), websocket);
  co_await session.run();
}

}  // namespace sotto::server

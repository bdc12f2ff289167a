#include "server/server.hpp"

#include "base/encoding.hpp"
#include "base/log.hpp"
#include "server/answer.hpp"
#include "server/mailbox/session.hpp"
#include "server/sending/permits.hpp"
#include "wire/names.hpp"
#include "wire/signed.hpp"

namespace sotto::server {
namespace {

constexpr std::string_view mailbox_path = "/v1/mailbox";

net::Response wrong_method(const std::string& allowed) {
  net::Response response = refuse(405, "wrong_method", "this address takes another method");
  response.headers.push_back({.name = "Allow", .value = allowed});
  return response;
}

net::Response not_authenticated() {
  net::Response response = refuse(401, "not_authenticated", "no device of this server has this token");
  response.headers.push_back({.name = "WWW-Authenticate", .value = "Bearer"});
  return response;
}

/// Whether answers of this route say nothing by their time. Nobody is named in the request; what the answer says of
/// somebody is the same at any time.
bool is_anonymous(const Route& route) { return route.credential != Credential::device; }

net::BodyShare share_of(const Route& route) {
  return route.credential == Credential::none ? net::BodyShare::strangers : net::BodyShare::known;
}

}  // namespace

/// One request that has the right to be answered.
class Server::Exchange final : public net::HttpExchange {
 public:
  Exchange(Server& server, const Route& route, Call call, net::Duration arrived)
      : HttpExchange(route.body_limit, share_of(route)),
        server_(server),
        route_(route),
        call_(std::move(call)),
        arrived_(arrived) {}

  asio::awaitable<net::Response> answer(base::Blob body) override {
    call_.request.body = std::move(body);
    net::Response response = co_await route_.answer(server_.context_, std::move(call_));
    if (is_anonymous(route_)) co_await server_.tick_.wait(arrived_);
    co_return response;
  }

 private:
  Server& server_;
  const Route& route_;
  Call call_;
  net::Duration arrived_;
};

Server::Server(Storage& storage, net::Clock& clock, net::Timer& timer, base::Random& random, ServerOptions options)
    : timer_(timer),
      hub_(timer.executor()),
      delivery_(storage, hub_, clock, timer),
      rates_(clock),
      tick_(timer, clock, limits::answer_tick),
      context_{.storage = storage,
               .clock = clock,
               .timer = timer,
               .random = random,
               .hub = hub_,
               .delivery = delivery_,
               .rates = rates_,
               .recent_uploads = recent_uploads_,
               .registration = options.registration,
               .authority = std::move(options.authority)},
      stopping_(timer.executor()),
      http_(timer, *this, [&options] {
        options.http.websocket.message = limits::client_frame;
        return options.http;
      }()) {
  net::spawn(timer.executor(), remember_uploads());
}

Server::~Server() = default;

asio::awaitable<void> Server::serve(net::Acceptor& acceptor) { return http_.serve(acceptor); }

asio::awaitable<void> Server::remember_uploads() {
  const auto uploads = co_await context_.storage.mailboxes().recent_uploads(limits::recent_uploads / 2);
  if (!uploads) co_return;
  for (const std::uint64_t name : *uploads) recent_uploads_.remember(name);
}

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

asio::awaitable<std::variant<net::Response, std::unique_ptr<net::HttpExchange>>> Server::admit(net::Request head) {
  const net::Duration arrived = tick_.now();
  RouteMatch match = route_for(head.method, head.target);
  if (!match.route && match.allowed.empty()) co_return not_found();
  if (!match.route) co_return wrong_method(match.allowed);
  Call call{.request = std::move(head),
            .segments = std::move(match.segments),
            .parameters = std::move(match.parameters),
            .device = std::nullopt,
            .permit = std::nullopt};
  auto refused = co_await check(*match.route, call);
  if (refused) {
    if (is_anonymous(*match.route)) co_await tick_.wait(arrived);
    co_return *std::move(refused);
  }
  std::unique_ptr<net::HttpExchange> exchange =
      std::make_unique<Exchange>(*this, *match.route, std::move(call), arrived);
  co_return exchange;
}

asio::awaitable<std::optional<net::Response>> Server::check(const Route& route, Call& call) {
  switch (route.credential) {
    case Credential::none:
      break;
    case Credential::device: {
      const auto device = co_await authenticate(call.request);
      if (!device) co_return device.error();
      call.device = *device;
      break;
    }
    case Credential::permit: {
      const auto permit = co_await permit_of(context_, call.request);
      if (!permit) co_return permit.error();
      call.permit = *permit;
      break;
    }
  }
  co_return std::nullopt;
}

asio::awaitable<base::Result<KnownDevice, net::Response>> Server::authenticate(const net::Request& request) {
  constexpr std::string_view scheme = "Bearer ";
  const std::string_view given = net::header(request.headers, "Authorization");
  if (!given.starts_with(scheme)) co_return not_authenticated();
  const auto token = base::from_base64url(given.substr(scheme.size()));
  if (!token || token->size() != 32) co_return not_authenticated();
  // Found by an index over hashes: how long that takes says nothing about any token.
  const auto hash = wire::hash(wire::names::device_token, *token);
  const auto device = co_await context_.storage.devices().with_token(hash);
  if (!device) co_return refuse(device.error());
  if (!*device) co_return not_authenticated();
  co_return **device;
}

asio::awaitable<std::variant<net::Response, net::WebSocketSession>> Server::upgrade(net::Request head) {
  if (head.target != mailbox_path) co_return not_found();
  const auto device = co_await authenticate(head);
  if (!device) co_return device.error();
  if (is_stopping_) co_return refuse_for_now(503, "stopping", "the server stops");
  const auto touched = co_await context_.storage.devices().touch(device->row, context_.today());
  if (!touched) base::log::warning("a day of contact was not noted");
  co_return net::WebSocketSession(
      [this, row = device->row](net::WebSocket& websocket) { return serve_mailbox(row, websocket); });
}

asio::awaitable<void> Server::serve_mailbox(DeviceRow device, net::WebSocket& websocket) {
  MailboxSession session(context_.storage, hub_, delivery_, device, websocket, timer_.executor());
  co_await session.run();
}

}  // namespace sotto::server

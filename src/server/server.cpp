#include "server/server.hpp"

#include <boost/endian/conversion.hpp>

#include "base/log.hpp"
#include "server/answer.hpp"
#include "server/mailbox/session.hpp"
#include "server/sending/shared_messages.hpp"
#include "server/shown.hpp"

namespace sotto::server {
namespace {

constexpr std::string_view mailbox_path = "/v1/mailbox";

net::Response wrong_method(const std::string& allowed) {
  net::Response response = refuse(405, "wrong_method", "this address takes another method");
  response.headers.push_back({.name = "Allow", .value = allowed});
  return response;
}

/// Whether answers of this route say nothing by their time. Nobody is named in the request; what the answer says of
/// somebody is the same at any time.
bool is_anonymous(const Route& route) {
  return route.credential != Credential::device && route.credential != Credential::standing;
}

/// Who has shown the same right, or comes from the same place.
net::Holder holder_of(const Call& call) {
  if (call.permit) return call.permit->sender;
  if (call.device) return call.device->account_row.value;
  if (call.stranger)
    return call.stranger->value;  // before a grant: one account may hold many, and they don't say whose
  return call.grant ? boost::endian::load_big_u64(call.grant->key_hash.data()) | 1 : 0;
}

net::BodyShare share_of(const Route& route) {
  if (route.credential != Credential::none) return net::BodyShare::known;
  return route.answer == send_shared ? net::BodyShare::strangers : net::BodyShare::signing;
}

}  // namespace

/// One request that has the right to be answered.
class Server::Exchange final : public net::HttpExchange {
 public:
  Exchange(Server& server, const Route& route, Call call)
      : HttpExchange(route.body_limit, share_of(route), holder_of(call)),
        server_(server),
        route_(route),
        call_(std::move(call)) {}

  ~Exchange() override { forget_shown(call_.request); }

  asio::awaitable<net::Response> answer(base::Blob body) override {
    // From here, not from the head: otherwise the sender chose by its body when the answer leaves.
    const net::Duration arrived = server_.tick_.now();
    // A body takes its time, and the right may have ended meanwhile: a removed device, a revoked permit.
    auto refused = co_await server_.check(route_, call_);
    // The other routes look at what is shown themselves, and wipe it.
    if (route_.credential != Credential::none && route_.credential != Credential::group) forget_shown(call_.request);
    const auto stranger = call_.stranger;
    net::Response response;
    if (refused) {
      response = *std::move(refused);
    } else {
      call_.request.body = std::move(body);
      response = co_await route_.answer(server_.context_, std::move(call_));
    }
    server_.note_refusal(route_, stranger, response);
    if (is_anonymous(route_)) co_await server_.tick_.wait(arrived);
    co_return server_.counted(&route_, std::move(response));
  }

 private:
  Server& server_;
  const Route& route_;
  Call call_;
};

Server::Server(Storage& storage, net::Clock& clock, net::Timer& timer, base::Random& random, ServerOptions options)
    : timer_(timer),
      delivery_(storage, hub_, clock, timer),
      rates_(clock),
      strangers_(clock, random, options.strangers),
      long_polls_(timer, clock),
      grants_(clock, random),
      read_keys_(clock, random),
      rendezvous_(clock, random),
      tick_(timer, clock, limits::answer_tick),
      context_{.storage = storage,
               .clock = clock,
               .timer = timer,
               .random = random,
               .hub = hub_,
               .delivery = delivery_,
               .rates = rates_,
               .strangers = strangers_,
               .recent_uploads = recent_uploads_,
               .recent_shared_uploads = recent_shared_uploads_,
               .long_polls = long_polls_,
               .grants = grants_,
               .read_keys = read_keys_,
               .rendezvous = rendezvous_,
               .registration = options.registration,
               .authority = std::move(options.authority)},
      stopping_(timer.executor()),
      http_(timer, *this, [&options] {
        options.http.websocket.message = limits::client_frame;
        return options.http;
      }()) {
  net::spawn(timer.executor(), remember_uploads());
  net::spawn(timer.executor(), sweep_blobs());
}

Server::~Server() = default;

net::Response Server::counted(const Route* route, net::Response response) {
  counts_.count(route, response.status);
  return response;
}

void Server::note_refusal(const Route& route, const std::optional<Stranger>& stranger, const net::Response& response) {
  const unsigned status = response.status;
  const bool is_refusal = status == 400 || status == 401 || status == 403 || status == 404;
  if (is_refusal && is_anonymous(route)) strangers_.note(limits::Deed::refusal, stranger);
}

void Server::watch(Metrics& metrics) const {
  constexpr auto counter = Metrics::Kind::counter;
  counts_.watch(metrics);
  const Delivery::Counts& counts = delivery_.counts();
  metrics.watch(counter, "sotto_envelopes_pushed_total", "envelopes pushed to their device before they were stored",
                [&counts] { return double(counts.pushed); });
  metrics.watch(counter, "sotto_envelopes_stored_total", "envelopes stored, pushed before or not",
                [&counts] { return double(counts.stored); });
  metrics.watch(counter, "sotto_envelopes_acknowledged_total", "envelopes acknowledged by their device",
                [&counts] { return double(counts.acknowledged); });
  metrics.watch(counter, "sotto_connections_turned_away_total", "connections cut because of how many came from there",
                [this] { return double(strangers_.turned_away()); });
}

asio::awaitable<void> Server::serve(net::Acceptor& acceptor) { return http_.serve(acceptor); }

asio::awaitable<void> Server::remember_uploads() {
  const auto uploads = co_await context_.storage.mailboxes().recent_uploads(limits::recent_uploads / 2);
  if (!uploads) co_return;
  for (const std::uint64_t name : *uploads) recent_uploads_.remember(name);
}

asio::awaitable<void> Server::keep_tidy() {
  while (!is_stopping_) {
    const bool has_more = co_await drop_old();
    if (has_more) continue;  // piece by piece, others' commits in between
    co_await stopping_.wait_for(timer_, std::chrono::hours(1));
  }
}

asio::awaitable<bool> Server::drop_old() {
  const auto gone = co_await context_.storage.expire(context_.today());
  if (!gone) base::log::warning("nothing was expired");
  std::vector<BlobId> blobs = grants_.expire();
  if (gone) {
    send_away(gone->devices);
    blobs.insert(blobs.end(), gone->blobs.begin(), gone->blobs.end());
  }
  for (const BlobId& blob : blobs) {
    const auto removed = co_await context_.storage.blob_bytes().remove(blob);
    if (!removed) base::log::warning("the bytes of a blob are left over until the next start");
  }
  co_return gone && gone->has_more;
}

void Server::send_away(const std::vector<DeviceRow>& removed) {
  for (const DeviceRow device : removed)
    hub_.send_away(device, {.code = close_removed, .text = "no longer a device of the account"});
}

asio::awaitable<void> Server::sweep_blobs() {
  auto known = co_await context_.storage.blobs().all();
  if (!known) co_return;
  const auto swept = co_await context_.storage.blob_bytes().sweep(*std::move(known));
  if (!swept) base::log::warning("the leftovers of blobs were not removed");
}

asio::awaitable<void> Server::stop(net::Duration grace) {
  is_stopping_ = true;
  stopping_.ring();
  long_polls_.end();
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

asio::awaitable<std::variant<net::Response, std::unique_ptr<net::HttpExchange>>> Server::admit(
    net::Request head, const net::Caller& caller) {
  const net::Duration arrived = tick_.now();
  RouteMatch match = route_for(head.method, head.target);
  if (!match.route && match.allowed.empty()) co_return counted(nullptr, not_found());
  if (!match.route) co_return counted(nullptr, wrong_method(match.allowed));
  const auto stranger = strangers_.who_asks(caller, head);
  if (is_anonymous(*match.route)) {
    const unsigned wait = strangers_.wait_of(limits::Deed::refusal, stranger);
    if (wait > 0) co_await tick_.wait(arrived);
    if (wait > 0) co_return counted(match.route, too_many(wait));
  }
  Call call{.request = std::move(head),
            .stranger = stranger,
            .segments = std::move(match.segments),
            .parameters = std::move(match.parameters),
            .device = std::nullopt,
            .permit = std::nullopt,
            .grant = std::nullopt,
            .group = std::nullopt};
  auto refused = co_await check(*match.route, call);
  if (refused) {
    forget_shown(call.request);
    note_refusal(*match.route, stranger, *refused);
    if (is_anonymous(*match.route)) co_await tick_.wait(arrived);
    co_return counted(match.route, *std::move(refused));
  }
  std::unique_ptr<net::HttpExchange> exchange = std::make_unique<Exchange>(*this, *match.route, std::move(call));
  co_return exchange;
}

asio::awaitable<std::variant<net::Response, net::WebSocketSession>> Server::upgrade(net::Request head) {
  if (head.target != mailbox_path) co_return not_found();
  const auto shown = co_await bearer(head);
  forget_shown(head);
  if (!shown) co_return shown.error();
  if (!shown->device) co_return not_yet_listed();
  if (is_stopping_) co_return refuse_for_now(503, "stopping", "the server stops");
  counts_.count_websocket();
  const auto touched = co_await context_.storage.devices().touch(shown->device->row, context_.today());
  if (!touched) base::log::warning("a day of contact was not noted");
  co_return net::WebSocketSession(
      [this, who = *shown](net::WebSocket& websocket) { return serve_mailbox(who, websocket); });
}

asio::awaitable<void> Server::serve_mailbox(Bearer bearer, net::WebSocket& websocket) {
  const DeviceRow device = bearer.device->row;
  MailboxSession session(context_.storage, hub_, delivery_, device, websocket, timer_.executor());
  if (!bearer.is_full) session.delete_nothing(bearer.token_hash);
  // It may have been removed since its token was looked at, or the token replaced; from here on who does so finds it.
  const auto still = co_await context_.storage.devices().at(bearer.device->mailbox);
  if (still && !*still) hub_.send_away(device, {.code = close_removed, .text = "no longer a device of the account"});
  if (!bearer.is_full) {
    const auto token = co_await context_.storage.devices().with_other_token(bearer.token_hash);
    if (token && token->kind != OtherToken::Kind::receive_only) hub_.send_away_other_readers(device, std::nullopt);
  }
  co_await session.run();
}

}  // namespace sotto::server

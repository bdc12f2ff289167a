#include "net/http_server.hpp"

#include <set>
#include <unordered_map>

#include "net/deadline.hpp"
#include "net/event.hpp"
#include "net/http_codec.hpp"
#include "net/wiping.hpp"

namespace sotto::net {
namespace {

constexpr Duration lingering =
    std::chrono::seconds(2);                       // for the remote end to read an answer that ends the connection
constexpr std::size_t lingering_bytes = 4u << 20;  // of what it was still sending

struct Connection {
  Connection(std::shared_ptr<Stream> over, Caller from, Timer& timer)
      : stream(std::move(over)), caller(from), deadline(timer, [this] { stream->cut(); }) {}
  std::shared_ptr<Stream> stream;  // shared with its WebSocket
  const Caller caller;
  Deadline deadline;    // of whatever is under way
  bool is_idle = true;  // between two requests
};

/// Bytes of bodies being read: of one share of the memory, and of each holder within it.
struct Reading {
  std::size_t sum = 0;
  std::unordered_map<Holder, std::size_t> by_holder = {};  // as many as requests at most
};

/// What one request holds of a share of the memory: as much as has come, not what it announced, so that silence holds
/// nothing. Small bodies are free: however much others send, they are read.
class Held {
 public:
  Held(Reading& reading, Holder holder, std::size_t most, std::size_t most_of_one)
      : reading_(reading), holder_(holder), most_(most), most_of_one_(most_of_one) {}
  ~Held() {
    reading_.sum -= mine_;
    const auto found = reading_.by_holder.find(holder_);
    if (found != reading_.by_holder.end() && (found->second -= mine_) == 0) reading_.by_holder.erase(found);
  }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

  bool take(std::size_t more) {
    constexpr std::size_t free = 16u << 10;  // bytes
    came_ += more;
    if (came_ <= free) return true;
    const std::size_t added = came_ - free - mine_;
    if (reading_.sum + added > most_) return false;
    if (holder_ != 0) {
      std::size_t& of_holder = reading_.by_holder[holder_];
      if (of_holder + added > most_of_one_) return false;
      of_holder += added;
    }
    reading_.sum += added;
    mine_ += added;
    return true;
  }

 private:
  Reading& reading_;
  Holder holder_;
  std::size_t most_, most_of_one_;
  std::size_t came_ = 0;
  std::size_t mine_ = 0;
};

Caller caller_by(const Stream& stream) {
  const auto* const from = dynamic_cast<const FromSomewhere*>(&stream);
  return {.origin = from ? from->origin() : std::nullopt};
}

/// What a request for a WebSocket came to; no socket if it was refused.
struct Upgraded {
  std::unique_ptr<WebSocket> websocket = nullptr;
  WebSocketSession session = nullptr;
};

unsigned status_of(const Error& error, unsigned too_large) {
  return error.problem == Problem::too_large ? too_large : 400;
}

}  // namespace

struct HttpServer::State : std::enable_shared_from_this<State> {
  State(Timer& on, HttpService& behind, HttpLimits within)
      : timer(on), service(behind), limits(within), emptied(on.executor()) {}

  asio::awaitable<void> converse(std::shared_ptr<Connection> connection);
  /// returns  whether another request may follow
  asio::awaitable<bool> serve_one(std::shared_ptr<Connection> connection, HttpInput& input, Duration header_within,
                                  std::optional<Request>& to_upgrade);
  asio::awaitable<bool> answer(std::shared_ptr<Connection> connection, HttpInput& input, RequestReader& reader,
                               RequestHead head);
  /// Nothing if the connection is to end.
  asio::awaitable<std::optional<base::Blob>> read_body(std::shared_ptr<Connection> connection, HttpInput& input,
                                                       RequestReader& reader, const HttpExchange& exchange, Held& held);
  asio::awaitable<Upgraded> upgrade(std::shared_ptr<Connection> connection, HttpInput& input, Request head);
  asio::awaitable<bool> write(std::shared_ptr<Connection> connection, Response response, bool keeps_alive);
  asio::awaitable<void> refuse(std::shared_ptr<Connection> connection, unsigned status);
  asio::awaitable<void> linger(std::shared_ptr<Connection> connection);

  Timer& timer;
  HttpService& service;
  HttpLimits limits;
  std::set<std::shared_ptr<Connection>> connections;
  Event emptied;
  /// Bytes of bodies being read, and how many there may be.
  Reading& reading(BodyShare share) { return in_memory.at(static_cast<std::size_t>(share)); }
  std::size_t may_read(BodyShare share) const {
    return share == BodyShare::known ? limits.bodies : limits.strangers_bodies;
  }
  std::array<Reading, 3> in_memory{};  // by BodyShare
  bool is_stopping = false;
  bool is_gone = false;  // the server; the service may be, too
};

HttpServer::HttpServer(Timer& timer, HttpService& service, HttpLimits limits)
    : state_(std::make_shared<State>(timer, service, limits)) {}

HttpServer::~HttpServer() {
  state_->is_stopping = state_->is_gone = true;
  for (const auto& connection : state_->connections) connection->stream->cut();
}

std::size_t HttpServer::connections() const { return state_->connections.size(); }

asio::awaitable<void> HttpServer::serve(Acceptor& acceptor) {
  const auto state = state_;
  for (;;) {
    auto accepted = co_await acceptor.accept();
    if (!accepted) co_return;
    if (state->is_stopping || state->connections.size() >= state->limits.connections) continue;  // cut, unread
    const Caller caller = caller_by(**accepted);
    if (!state->service.welcome(caller)) continue;
    const auto connection =
        std::make_shared<Connection>(std::shared_ptr<Stream>(std::move(*accepted)), caller, state->timer);
    state->connections.insert(connection);
    spawn(state->timer.executor(), state->converse(connection), [state, connection] {
      connection->stream->cut();
      if (state->connections.erase(connection) > 0 && !state->is_gone) state->service.farewell(connection->caller);
      if (state->connections.empty()) state->emptied.ring();
    });
  }
}

asio::awaitable<void> HttpServer::stop(Duration grace) {
  const auto state = state_;
  state->is_stopping = true;
  for (const auto& connection : state->connections) {
    if (connection->is_idle) connection->stream->cut();
  }
  const auto alarm = state->timer.after(grace, [state] {
    for (const auto& connection : state->connections) connection->stream->cut();
  });
  while (!state->connections.empty()) co_await state->emptied.wait();
}

asio::awaitable<void> HttpServer::State::converse(std::shared_ptr<Connection> connection) {
  const auto self = shared_from_this();
  HttpInput input{.stream = *connection->stream};
  Duration header_within = limits.header_within;
  std::optional<Request> to_upgrade;
  while (co_await serve_one(connection, input, header_within, to_upgrade)) {
    header_within = limits.idle;
    if (is_stopping) break;
  }
  if (!to_upgrade) co_return;
  // Here, where parser, head and hand-shake are gone: a WebSocket may stand for days, and each keeps what stands
  // around.
  const Upgraded upgraded = co_await upgrade(connection, input, *std::move(to_upgrade));
  if (upgraded.websocket) co_await upgraded.session(*upgraded.websocket);
}

asio::awaitable<bool> HttpServer::State::serve_one(std::shared_ptr<Connection> connection, HttpInput& input,
                                                   Duration header_within, std::optional<Request>& to_upgrade) {
  RequestReader reader(limits.header);
  connection->is_idle = true;
  connection->deadline.set(header_within);
  auto head = co_await reader.read_head(input);
  connection->deadline.lift();
  connection->is_idle = false;
  if (!head) {
    if (head.error().problem != Problem::closed) co_await refuse(connection, status_of(head.error(), 431));
    co_return false;
  }
  if (head->is_upgrade) {
    to_upgrade = std::move(head->request);
    co_return false;
  }
  co_return co_await answer(connection, input, reader, std::move(*head));
}

asio::awaitable<bool> HttpServer::State::answer(std::shared_ptr<Connection> connection, HttpInput& input,
                                                RequestReader& reader, RequestHead head) {
  const bool keeps_alive = head.keeps_alive;
  auto verdict = co_await service.admit(std::move(head.request), connection->caller);
  if (auto* refusal = std::get_if<Response>(&verdict)) {
    // What is left of the request would be taken for the next one: a refusal with nothing behind it may go on.
    const bool may_go_on = keeps_alive && !is_stopping && reader.expected_body(1) == 0;
    const bool is_written = co_await write(connection, std::move(*refusal), may_go_on);
    if (is_written && !may_go_on) co_await linger(connection);
    co_return is_written&& may_go_on;
  }
  const auto exchange = std::get<std::unique_ptr<HttpExchange>>(std::move(verdict));
  if (head.expects_continue) {
    connection->deadline.set(limits.write_within);
    const auto go_on = co_await write_all(*connection->stream, base::view("HTTP/1.1 100 Continue\r\n\r\n"));
    connection->deadline.lift();
    if (!go_on) co_return false;
  }
  // Held until the answer is made: that is how long what was sent lies in the memory.
  const std::size_t most = may_read(exchange->share());
  Held held(reading(exchange->share()), exchange->holder(), most, most / limits.holders);
  auto body = co_await read_body(connection, input, reader, *exchange, held);
  if (!body) co_return false;
  Response response = co_await exchange->answer(std::move(*body));
  const bool may_go_on = keeps_alive && !is_stopping;
  const bool is_written = co_await write(connection, std::move(response), may_go_on);
  if (is_written && !may_go_on) co_await linger(connection);
  co_return is_written&& may_go_on;
}

asio::awaitable<std::optional<base::Blob>> HttpServer::State::read_body(std::shared_ptr<Connection> connection,
                                                                        HttpInput& input, RequestReader& reader,
                                                                        const HttpExchange& exchange, Held& held) {
  connection->deadline.set(limits.body_within);
  std::function<bool(std::size_t)> may_hold = [&held](std::size_t more) { return held.take(more); };
  auto body = co_await reader.read_body(input, exchange.body_limit(), std::move(may_hold));
  connection->deadline.lift();
  if (body) co_return std::move(*body);
  if (body.error().http_status == 503) {
    co_await refuse(connection, 503);
  } else if (body.error().problem != Problem::closed) {
    co_await refuse(connection, status_of(body.error(), 413));
  }
  co_return std::nullopt;
}

asio::awaitable<Upgraded> HttpServer::State::upgrade(std::shared_ptr<Connection> connection, HttpInput& input,
                                                     Request head) {
  Request asked = head;
  wipe_header(head.headers, "Authorization");  // the service has it; what stands for days does not
  auto verdict = co_await service.upgrade(std::move(asked));
  if (auto* refusal = std::get_if<Response>(&verdict)) {
    const bool is_written = co_await write(connection, std::move(*refusal), false);
    if (is_written) co_await linger(connection);
    co_return Upgraded();
  }
  connection->deadline.rest();  // the WebSocket has its own
  auto websocket =
      co_await accept_websocket(connection->stream, timer, std::move(head), std::move(input.surplus), limits.websocket);
  Upgraded upgraded;
  if (!websocket) co_return upgraded;
  upgraded.websocket = std::move(*websocket);
  upgraded.session = std::get<WebSocketSession>(std::move(verdict));
  co_return upgraded;
}

asio::awaitable<bool> HttpServer::State::write(std::shared_ptr<Connection> connection, Response response,
                                               bool keeps_alive) {
  connection->deadline.set(limits.write_within);
  const base::Blob bytes = serialize(response, keeps_alive);
  const auto written = co_await write_all(*connection->stream, bytes);
  connection->deadline.lift();
  co_return written.has_value();
}

asio::awaitable<void> HttpServer::State::refuse(std::shared_ptr<Connection> connection, unsigned status) {
  Response refusal = service.refusal(status);
  const bool is_written = co_await write(connection, std::move(refusal), false);
  if (is_written) co_await linger(connection);
}

asio::awaitable<void> HttpServer::State::linger(std::shared_ptr<Connection> connection) {
  // To close while the remote end still sends makes its machine throw our answer away.
  connection->stream->finish();
  connection->deadline.set(lingering);
  std::array<std::uint8_t, 4096> waste{};
  for (std::size_t total = 0; total < lingering_bytes;) {
    const auto size = co_await read_some(*connection->stream, waste);
    if (!size || *size == 0) co_return;
    total += *size;
  }
}

}  // namespace sotto::net

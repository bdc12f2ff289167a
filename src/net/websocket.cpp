#include "net/websocket.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "base/check.hpp"
#include "net/deadline.hpp"
#include "net/turns.hpp"

namespace sotto::net {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using boost::system::error_code;
using CodeHandler = Handler<error_code>;
using SizeHandler = Handler<error_code, std::size_t>;
constexpr auto as_tuple = asio::as_tuple(asio::use_awaitable);

/// A Stream as Beast wants to see one. All of Beast is instantiated over this class and these handler types, once.
class Layer {
 public:
  using executor_type = asio::any_io_executor;
  Layer(Stream& stream, base::Blob surplus) : stream_(&stream), surplus_(std::move(surplus)) {}
  executor_type get_executor() noexcept { return stream_->executor(); }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this, into = first_of<asio::mutable_buffer>(buffers)](auto handler) {
          read(into, Stream::Done(std::move(handler)));
        },
        token);
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this, from = first_of<asio::const_buffer>(buffers)](auto handler) {
          stream_->write_some({static_cast<const std::uint8_t*>(from.data()), from.size()},
                              Stream::Done(std::move(handler)));
        },
        token);
  }
  Stream& stream() { return *stream_; }

 private:
  template <class Buffer, class Buffers>
  static Buffer first_of(const Buffers& buffers) {
    for (auto it = asio::buffer_sequence_begin(buffers); it != asio::buffer_sequence_end(buffers); ++it) {
      const Buffer buffer(*it);
      if (buffer.size() > 0) return buffer;
    }
    return Buffer();
  }
  void read(asio::mutable_buffer into, Stream::Done done) {
    if (surplus_.empty()) {
      stream_->read_some({static_cast<std::uint8_t*>(into.data()), into.size()}, std::move(done));
      return;
    }
    const std::size_t size = asio::buffer_copy(into, asio::buffer(surplus_));
    surplus_.erase(surplus_.begin(), surplus_.begin() + static_cast<std::ptrdiff_t>(size));
    asio::post(get_executor(), [done = std::move(done), size]() mutable { std::move(done)(error_code(), size); });
  }

  Stream* stream_;
  base::Blob surplus_;  // came with the head of the request, belongs to the WebSocket
};

void beast_close_socket(Layer& layer) { layer.stream().cut(); }

template <class Handler>
void async_teardown(beast::role_type, Layer& layer, Handler&& handler) {
  layer.stream().finish();
  asio::post(layer.get_executor(), [handler = std::forward<Handler>(handler)]() mutable { handler(error_code()); });
}

using Beast = websocket::stream<Layer, false>;  // without compression: what passes here is encrypted already

websocket::close_reason beast_reason(const CloseReason& reason) {
  CHECK(reason.text.size() <= 123);
  websocket::close_reason made(static_cast<websocket::close_code>(reason.code));
  made.reason.assign(reason.text);
  return made;
}

Error explain_code(const error_code& failure) {
  if (failure == websocket::error::message_too_big || failure == websocket::error::buffer_overflow)
    return {.problem = Problem::too_large};
  if (failure == websocket::error::closed || failure == http::error::end_of_stream) return {.problem = Problem::closed};
  const bool is_of_beast = failure.category() == websocket::make_error_code(websocket::error::closed).category() ||
                           failure.category() == http::make_error_code(http::error::end_of_stream).category();
  if (is_of_beast) return {.problem = Problem::malformed, .detail = failure.message()};
  return from_code(failure);
}

constexpr Duration goodbye_within = std::chrono::seconds(5);

}  // namespace

class WebSocket::Implementation : public std::enable_shared_from_this<Implementation> {
 public:
  Implementation(std::shared_ptr<Stream> stream, base::Blob surplus, Timer& timer, WebSocketLimits limits)
      : stream_(std::move(stream)),
        ws_(*stream_, std::move(surplus)),
        timer_(timer),
        limits_(limits),
        turns_(stream_->executor()),
        write_deadline_(timer, [this] {
          has_timed_out_ = true;
          cut();
        }) {
    ws_.set_option(
        websocket::stream_base::timeout{websocket::stream_base::none(), websocket::stream_base::none(), false});
    ws_.read_message_max(limits.message);
    ws_.auto_fragment(false);
    ws_.binary(true);
    ws_.control_callback([this](websocket::frame_type, beast::string_view) { note_life(); });
  }

  asio::awaitable<Result<void>> accept(const Request& head);
  asio::awaitable<Result<void>> handshake(std::string authority, Request head, Duration at_most);
  asio::awaitable<Result<base::Blob>> receive();
  asio::awaitable<Result<void>> send(base::Blob message);
  asio::awaitable<void> close(CloseReason reason);
  void cut() {
    is_over_ = true;
    watch_.reset();
    stream_->cut();
  }
  std::optional<CloseReason> close_reason() const { return close_reason_; }
  /// From here on silence is noticed: a ping after some, the end after more.
  void watch();

 private:
  // Beast posts to its handler's executor.
  auto on_stream(auto handler) { return asio::bind_executor(stream_->executor(), std::move(handler)); }
  asio::awaitable<void> ping();
  void note_life() { silent_for_ = Duration(0); }
  /// Cuts everything unless it dies first.
  [[nodiscard]] std::unique_ptr<Timer::Alarm> deadline(Duration at_most);
  Error explain(const error_code& failure);

  std::shared_ptr<Stream> stream_;  // a server's is shared with its connection
  Beast ws_;
  Timer& timer_;
  WebSocketLimits limits_;
  Turns turns_;  // to write
  Deadline write_deadline_;
  std::unique_ptr<Timer::Alarm> watch_;
  Duration silent_for_{0};
  bool is_pinging_ = false, is_over_ = false, has_timed_out_ = false;
  std::optional<CloseReason> close_reason_;
};

std::unique_ptr<Timer::Alarm> WebSocket::Implementation::deadline(Duration at_most) {
  return timer_.after(at_most, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->has_timed_out_ = true;
    self->cut();
  });
}

void WebSocket::Implementation::watch() {
  watch_ = timer_.after(limits_.ping_after, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self || self->is_over_) return;
    self->silent_for_ += self->limits_.ping_after;
    if (self->silent_for_ >= self->limits_.dead_after) {
      self->has_timed_out_ = true;
      return self->cut();
    }
    if (!self->is_pinging_) spawn(self->stream_->executor(), self->ping());
    self->watch();
  });
}

Error WebSocket::Implementation::explain(const error_code& failure) {
  if (has_timed_out_) return {.problem = Problem::timed_out};
  if (failure == websocket::error::closed && !close_reason_) {
    const auto& said = ws_.reason();
    close_reason_ = CloseReason{.code = said.code, .text = std::string(said.reason.data(), said.reason.size())};
  }
  return explain_code(failure);
}

asio::awaitable<void> WebSocket::Implementation::ping() {
  const auto self = shared_from_this();
  is_pinging_ = true;
  co_await asio::async_initiate<decltype(as_tuple), void(error_code)>(
      [this](auto handler) { ws_.async_ping({}, on_stream(CodeHandler(std::move(handler)))); }, as_tuple);
  is_pinging_ = false;
}

asio::awaitable<Result<void>> WebSocket::Implementation::accept(const Request& head) {
  const auto self = shared_from_this();
  const auto alarm = deadline(limits_.write_within);
  http::request<http::empty_body> request(http::string_to_verb(head.method), head.target, 11);
  for (const Header& header : head.headers) request.insert(header.name, header.value);
  const auto [failure] = co_await asio::async_initiate<decltype(as_tuple), void(error_code)>(
      [this, &request](auto handler) { ws_.async_accept(request, on_stream(CodeHandler(std::move(handler)))); },
      as_tuple);
  if (failure) co_return explain(failure);
  watch();
  co_return Result<void>();
}

asio::awaitable<Result<void>> WebSocket::Implementation::handshake(std::string authority, Request head,
                                                                   Duration at_most) {
  const auto self = shared_from_this();
  const auto alarm = deadline(at_most);
  ws_.write_buffer_bytes(16u << 10);  // a client's messages are masked in pieces of this size
  ws_.set_option(websocket::stream_base::decorator([&head](websocket::request_type& request) {
    for (const Header& header : head.headers) request.insert(header.name, header.value);
  }));
  websocket::response_type response;
  const auto [failure] = co_await asio::async_initiate<decltype(as_tuple), void(error_code)>(
      [&, this](auto handler) {
        ws_.async_handshake(response, authority, head.target, on_stream(CodeHandler(std::move(handler))));
      },
      as_tuple);
  if (failure == websocket::error::upgrade_declined && response.result_int() >= 300)
    co_return Error{.problem = Problem::upgrade_refused, .http_status = response.result_int()};
  if (failure) co_return explain(failure);
  watch();
  co_return Result<void>();
}

asio::awaitable<Result<base::Blob>> WebSocket::Implementation::receive() {
  const auto self = shared_from_this();
  base::Blob message;
  // Who waits for a message has room for a small one only: a server has many that wait.
  base::Bytes<128> small{};
  do {
    const bool is_first = message.empty();
    const std::size_t before = message.size();
    if (!is_first) message.resize(before + std::max<std::size_t>(before, 4096));
    const auto room = is_first ? asio::buffer(small) : asio::buffer(message) + before;
    const auto [failure, size] = co_await asio::async_initiate<decltype(as_tuple), void(error_code, std::size_t)>(
        [this, room](auto handler) { ws_.async_read_some(room, on_stream(SizeHandler(std::move(handler)))); },
        as_tuple);
    if (failure) {
      const Error error = explain(failure);
      is_over_ = true;
      watch_.reset();
      co_return error;
    }
    if (is_first) {
      message.assign(small.begin(), small.begin() + static_cast<std::ptrdiff_t>(size));
    } else {
      message.resize(before + size);
    }
  } while (!ws_.is_message_done());
  note_life();
  if (!ws_.got_binary()) co_return Error{.problem = Problem::malformed, .detail = "a text message"};
  co_return message;
}

asio::awaitable<Result<void>> WebSocket::Implementation::send(base::Blob message) {
  const auto self = shared_from_this();
  const auto turn = co_await turns_.take();
  if (is_over_) co_return Error{.problem = has_timed_out_ ? Problem::timed_out : Problem::closed};
  write_deadline_.set(limits_.write_within);
  const auto [failure, size] = co_await asio::async_initiate<decltype(as_tuple), void(error_code, std::size_t)>(
      [this, &message](auto handler) {
        ws_.async_write(asio::buffer(message), on_stream(SizeHandler(std::move(handler))));
      },
      as_tuple);
  write_deadline_.lift();
  if (failure) co_return explain(failure);
  co_return Result<void>();
}

asio::awaitable<void> WebSocket::Implementation::close(CloseReason reason) {
  const auto self = shared_from_this();
  if (is_over_) co_return;
  const auto alarm = deadline(goodbye_within);
  const auto last_words = beast_reason(reason);
  co_await asio::async_initiate<decltype(as_tuple), void(error_code)>(
      [this, &last_words](auto handler) { ws_.async_close(last_words, on_stream(CodeHandler(std::move(handler)))); },
      as_tuple);
  cut();
}

WebSocket::WebSocket(std::shared_ptr<Implementation> implementation) : implementation_(std::move(implementation)) {}
WebSocket::~WebSocket() { implementation_->cut(); }

asio::awaitable<Result<base::Blob>> WebSocket::receive() { return implementation_->receive(); }
asio::awaitable<Result<void>> WebSocket::send(base::Blob message) { return implementation_->send(std::move(message)); }
asio::awaitable<void> WebSocket::close(CloseReason reason) { return implementation_->close(std::move(reason)); }
void WebSocket::cut() { implementation_->cut(); }
std::optional<CloseReason> WebSocket::close_reason() const { return implementation_->close_reason(); }

// NOLINTNEXTLINE(readability-function-size): a connection has this many independent parts
asio::awaitable<Result<std::unique_ptr<WebSocket>>> open_websocket(std::unique_ptr<Stream> stream, Timer& timer,
                                                                   std::string authority, Request head,
                                                                   WebSocketLimits limits, Duration at_most) {
  const auto made = std::make_shared<WebSocket::Implementation>(std::move(stream), base::Blob(), timer, limits);
  const auto shaken = co_await made->handshake(std::move(authority), std::move(head), at_most);
  if (!shaken) co_return shaken.error();
  co_return std::make_unique<WebSocket>(made);
}

// NOLINTNEXTLINE(readability-function-size): the same, and the way there
asio::awaitable<Result<std::unique_ptr<WebSocket>>> connect_websocket(Transport& transport, Timer& timer,
                                                                      Endpoint server, ClientTls tls, Request head,
                                                                      WebSocketLimits limits, Duration at_most) {
  std::string authority = to_text(server);
  CO_TRY(auto stream, co_await transport.connect(std::move(server), std::move(tls), at_most));
  co_return co_await open_websocket(std::move(stream), timer, std::move(authority), std::move(head), limits, at_most);
}

asio::awaitable<Result<std::unique_ptr<WebSocket>>> accept_websocket(std::shared_ptr<Stream> stream, Timer& timer,
                                                                     Request head, base::Blob surplus,
                                                                     WebSocketLimits limits) {
  const auto made = std::make_shared<WebSocket::Implementation>(std::move(stream), std::move(surplus), timer, limits);
  const auto accepted = co_await made->accept(head);
  if (!accepted) co_return accepted.error();
  co_return std::make_unique<WebSocket>(made);
}

}  // namespace sotto::net

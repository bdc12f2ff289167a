#include "net/websocket.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "net/deadline.hpp"
#include "net/http_codec.hpp"
#include "net/turns.hpp"
#include "net/websocket/frame_reader.hpp"
#include "net/websocket/frame_writer.hpp"
#include "net/websocket/handshake.hpp"

namespace sotto::net {
namespace {

using boost::system::error_code;
constexpr auto as_tuple = asio::as_tuple(asio::use_awaitable);

constexpr Duration goodbye_within = std::chrono::seconds(5);
constexpr std::size_t read_size = 16u << 10;     // bytes asked of the stream at once
constexpr std::size_t answer_limit = 16u << 10;  // bytes of the head that grants or refuses

Error error_of(const FrameFault& fault) {
  if (fault.code == close_code::too_large) return {.problem = Problem::too_large};
  return {.problem = Problem::malformed, .detail = fault.rule};
}

}  // namespace

class WebSocket::Implementation : public std::enable_shared_from_this<Implementation> {
 public:
  Implementation(End end, std::shared_ptr<Stream> stream, base::Blob surplus, Timer& timer, WebSocketLimits limits)
      : end_(end),
        stream_(std::move(stream)),
        timer_(timer),
        limits_(limits),
        reader_(end == End::server ? End::client : End::server, limits.message),
        inbox_(std::move(surplus)),
        unread_(inbox_),
        turns_(stream_->executor()),
        write_deadline_(timer, [this] { time_out(); }) {}

  asio::awaitable<Result<void>> accept(const Request& head);
  asio::awaitable<Result<void>> handshake(std::string authority, Request head, Duration at_most);
  asio::awaitable<Result<base::Blob>> receive();
  asio::awaitable<Result<void>> send(base::Blob message) {
    return write(write_frame(end_, Opcode::binary, message), Kind::message);
  }
  asio::awaitable<void> close(CloseReason reason);
  void cut() {
    is_over_ = true;
    watch_.reset();
    stream_->cut();
  }
  std::optional<CloseReason> close_reason() const { return close_reason_; }

 private:
  enum class Kind { message, control, goodbye };
  /// Somebody is in receive(); close() waits for that one to hear the remote end's goodbye.
  class Receiving {
   public:
    explicit Receiving(Implementation& of) : of_(of) { of_.is_receiving_ = true; }
    ~Receiving() {
      of_.is_receiving_ = false;
      if (of_.has_received_) of_.has_received_->ring();
    }
    Receiving(const Receiving&) = delete;
    Receiving& operator=(const Receiving&) = delete;

   private:
    Implementation& of_;
  };

  void look();
  void fail(const FrameFault& fault);
  void hear(CloseReason reason);
  Error end();
  asio::awaitable<Result<void>> write(base::Blob frame, Kind kind);
  asio::awaitable<void> ping();
  void watch();
  void notice_silence();
  void time_out() {
    has_timed_out_ = true;
    cut();
  }
  /// Cuts everything unless it dies first.
  [[nodiscard]] std::unique_ptr<Timer::Alarm> deadline(Duration at_most);
  Error explain(Error error) const { return has_timed_out_ ? Error{.problem = Problem::timed_out} : std::move(error); }

  End end_;
  std::shared_ptr<Stream> stream_;  // a server's is shared with its connection
  Timer& timer_;
  WebSocketLimits limits_;

  FrameReader reader_;
  base::Blob inbox_;                   // came, and may not be read yet
  base::View unread_;                  // of it
  std::optional<base::Blob> arrived_;  // what the last look found: a message,
  base::Blob reply_;                   // what is to be said to what came,
  std::optional<Error> ended_;         // or why nothing more will come

  Turns turns_;  // to write
  Deadline write_deadline_;
  std::unique_ptr<Timer::Alarm> watch_;
  Duration silent_for_{0};
  bool is_pinging_ = false, is_receiving_ = false, is_closing_ = false, has_said_goodbye_ = false;
  bool is_over_ = false, has_timed_out_ = false;
  std::optional<Event> has_received_;  // while close() waits for it
  std::optional<CloseReason> close_reason_;
};

asio::awaitable<Result<void>> WebSocket::Implementation::accept(const Request& head) {
  const auto self = shared_from_this();
  const auto alarm = deadline(limits_.write_within);
  const Response answer = handshake_response(head);
  const base::Blob bytes = serialize(answer, answer.status == 101);
  const auto written = co_await write_all(*stream_, bytes);
  if (!written) co_return explain(written.error());
  if (answer.status != 101) co_return Error{.problem = Problem::malformed, .detail = "not a request for a WebSocket"};
  watch();
  co_return Result<void>();
}

asio::awaitable<Result<void>> WebSocket::Implementation::handshake(std::string authority, Request head,
                                                                   Duration at_most) {
  const auto self = shared_from_this();
  const auto alarm = deadline(at_most);
  const std::string key = fresh_handshake_key();
  const base::Blob asked = serialize(handshake_request(std::move(head), key), authority);
  const auto written = co_await write_all(*stream_, asked);
  if (!written) co_return explain(written.error());
  HttpInput input{.stream = *stream_, .surplus = {}};
  const auto answer = co_await read_response_head(input, answer_limit);
  if (!answer) co_return explain(answer.error());
  if (answer->status >= 300) co_return Error{.problem = Problem::upgrade_refused, .http_status = answer->status};
  if (!is_granted(*answer, key)) co_return Error{.problem = Problem::malformed, .detail = "not a WebSocket"};
  inbox_ = std::move(input.surplus);
  unread_ = inbox_;
  watch();
  co_return Result<void>();
}

// What is needed in one look only stands in look(): a server has many coroutines that wait here, and each keeps what
// stands in this one.
asio::awaitable<Result<base::Blob>> WebSocket::Implementation::receive() {
  const auto self = shared_from_this();
  if (is_receiving_ || is_over_) co_return explain({.problem = Problem::closed});
  const Receiving receiving(*this);
  for (;;) {
    look();
    if (arrived_) co_return *std::exchange(arrived_, std::nullopt);
    if (!reply_.empty()) {
      // In the turn of who reads: a remote end that asks and does not read is not read any more either.
      const auto kind = ended_ ? Kind::goodbye : Kind::control;
      const auto written = co_await write(std::move(reply_), kind);
      if (!written && !ended_) ended_ = written.error();
      if (!ended_) continue;  // more may have come with it
    }
    if (ended_) co_return end();
    const auto [failure, size] = co_await asio::async_initiate<decltype(as_tuple), void(error_code, std::size_t)>(
        [this](auto handler) { stream_->read_onto(inbox_, read_size, Stream::Done(std::move(handler))); }, as_tuple);
    unread_ = inbox_;
    silent_for_ = Duration(0);
    if (failure) ended_ = from_code(failure);
    if (ended_) co_return end();
  }
}

/// Reads on in what came, up to the first thing that somebody has to do something about.
void WebSocket::Implementation::look() {
  for (;;) {
    auto said = reader_.read(unread_);
    if (!said) return fail(said.error());
    if (!*said) break;
    Said& what = **said;
    if (auto* message = std::get_if<Message>(&what)) {
      arrived_ = std::move(message->bytes);
      return;
    }
    if (auto* goodbye = std::get_if<Goodbye>(&what)) return hear(std::move(goodbye->reason));
    if (auto* ping = std::get_if<Ping>(&what)) {
      reply_ = write_frame(end_, Opcode::pong, ping->bytes);
      return;
    }
  }
  inbox_ = base::Blob();  // and its memory
}

void WebSocket::Implementation::fail(const FrameFault& fault) {
  ended_ = error_of(fault);
  if (!has_said_goodbye_) reply_ = write_close_frame(end_, {.code = fault.code, .text = fault.rule});
}

void WebSocket::Implementation::hear(CloseReason reason) {
  ended_ = Error{.problem = Problem::closed};
  // Said back as it came (RFC 6455, section 5.5.1), without the words.
  if (!has_said_goodbye_) reply_ = write_close_frame(end_, {.code = reason.code, .text = {}});
  close_reason_ = std::move(reason);
}

/// Nothing more will be read.
Error WebSocket::Implementation::end() {
  if (!is_over_ && ended_->problem != Problem::closed) stream_->finish();
  if (!is_over_ && close_reason_) stream_->finish();
  is_over_ = true;
  watch_.reset();
  return explain(*ended_);
}

asio::awaitable<Result<void>> WebSocket::Implementation::write(base::Blob frame, Kind kind) {
  const auto self = shared_from_this();
  const auto turn = co_await turns_.take();
  if (is_over_ || has_said_goodbye_) co_return explain({.problem = Problem::closed});
  has_said_goodbye_ = kind == Kind::goodbye;
  write_deadline_.set(limits_.write_within);
  base::View left(frame);
  error_code failure;
  while (!left.empty() && !failure) {
    const auto [code, size] = co_await asio::async_initiate<decltype(as_tuple), void(error_code, std::size_t)>(
        [this, left](auto handler) { stream_->write_some(left, Stream::Done(std::move(handler))); }, as_tuple);
    failure = code;
    left = left.subspan(size);
  }
  write_deadline_.lift();
  if (failure) co_return explain(from_code(failure));
  co_return Result<void>();
}

asio::awaitable<void> WebSocket::Implementation::close(CloseReason reason) {
  const auto self = shared_from_this();
  if (is_over_ || is_closing_) co_return;
  is_closing_ = true;
  const auto alarm = deadline(goodbye_within);
  base::Blob frame = write_close_frame(end_, reason);
  const auto said = co_await write(std::move(frame), Kind::goodbye);
  while (said && !is_over_) {
    if (is_receiving_) {
      has_received_.emplace(stream_->executor());
      co_await has_received_->wait();
    } else {
      const auto late = co_await receive();
      if (!late) break;
    }
  }
  cut();
}

// The watch over a remote end that may be gone without a word

void WebSocket::Implementation::watch() {
  watch_ = timer_.after(limits_.ping_after, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->notice_silence();
  });
}

void WebSocket::Implementation::notice_silence() {
  if (is_over_) return;
  silent_for_ += limits_.ping_after;
  if (silent_for_ >= limits_.dead_after) return time_out();
  if (!is_pinging_) spawn(stream_->executor(), ping());
  watch();
}

asio::awaitable<void> WebSocket::Implementation::ping() {
  const auto self = shared_from_this();
  is_pinging_ = true;
  base::Blob frame = write_frame(end_, Opcode::ping, {});
  const auto written = co_await write(std::move(frame), Kind::control);
  is_pinging_ = !written;  // it could not be said: that is not tried again
}

std::unique_ptr<Timer::Alarm> WebSocket::Implementation::deadline(Duration at_most) {
  return timer_.after(at_most, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->time_out();
  });
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
  const auto made =
      std::make_shared<WebSocket::Implementation>(End::client, std::move(stream), base::Blob(), timer, limits);
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
  const auto made =
      std::make_shared<WebSocket::Implementation>(End::server, std::move(stream), std::move(surplus), timer, limits);
  const auto accepted = co_await made->accept(head);
  if (!accepted) co_return accepted.error();
  co_return std::make_unique<WebSocket>(made);
}

}  // namespace sotto::net

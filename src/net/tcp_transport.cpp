#include "net/tcp_transport.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "net/tcp_stream.hpp"

namespace sotto::net {
namespace {

using asio::ip::tcp;
using boost::system::error_code;
constexpr auto as_tuple = asio::as_tuple(asio::use_awaitable);

/// What connect() is waiting for, so that its alarm can end it.
struct Attempt {
  explicit Attempt(asio::any_io_executor executor) : resolver(executor), socket(executor) {}

  void end() {
    has_timed_out = true;
    resolver.cancel();
    error_code ignored;
    socket.close(ignored);
    if (stream) stream->cut();
  }
  Error explain(Error error) const { return has_timed_out ? Error{.problem = Problem::timed_out} : std::move(error); }

  tcp::resolver resolver;
  tcp::socket socket;
  std::unique_ptr<TcpStream> stream;
  bool has_timed_out = false;
};

using Addresses = std::vector<tcp::endpoint>;

asio::awaitable<Result<Addresses>> addresses_of(std::shared_ptr<Attempt> attempt, Endpoint to) {
  error_code is_name;
  const auto literal = asio::ip::make_address(to.host, is_name);
  if (!is_name) co_return Addresses{tcp::endpoint(literal, to.port)};
  const auto [failure, found] = co_await attempt->resolver.async_resolve(to.host, std::to_string(to.port), as_tuple);
  if (failure || attempt->has_timed_out)
    co_return attempt->explain({.problem = Problem::name_not_found, .detail = failure.message()});
  Addresses addresses;
  for (const auto& entry : found) addresses.push_back(entry.endpoint());
  co_return addresses;
}

asio::awaitable<Result<void>> connect_to_one_of(std::shared_ptr<Attempt> attempt, Addresses addresses) {
  Error last{.problem = Problem::name_not_found};
  for (const auto& address : addresses) {
    attempt->socket = tcp::socket(attempt->resolver.get_executor());
    const auto [failure] = co_await attempt->socket.async_connect(address, as_tuple);
    if (attempt->has_timed_out) co_return Error{.problem = Problem::timed_out};
    if (!failure) co_return Result<void>();
    last = from_code(failure);
    if (last.problem == Problem::closed) last.problem = Problem::unreachable;
  }
  co_return last;
}

class TcpAcceptor final : public Acceptor {
 public:
  TcpAcceptor(tcp::acceptor acceptor, ContextPtr context, std::string host, Timer& timer)
      : state_(std::make_shared<State>(State{std::move(acceptor), std::move(context)})),
        host_(std::move(host)),
        timer_(timer) {}
  ~TcpAcceptor() override { close(); }

  Endpoint bound() const override {
    error_code ignored;
    return {.host = host_, .port = state_->acceptor.local_endpoint(ignored).port()};
  }

  asio::awaitable<Result<std::unique_ptr<Stream>>> accept() override {
    const auto state = state_;
    while (state->acceptor.is_open()) {
      auto [failure, socket] = co_await state->acceptor.async_accept(as_tuple);
      if (!state->acceptor.is_open()) break;
      if (failure) {
        // Out of files, or a connection that is gone already: neither ends the server, and neither may spin.
        co_await timer_.sleep(std::chrono::milliseconds(20));
        continue;
      }
      SslPtr ssl(SSL_new(state->context.get()));
      if (!ssl) continue;
      SSL_set_accept_state(ssl.get());
      std::unique_ptr<Stream> stream = std::make_unique<TcpStream>(std::move(socket), std::move(ssl));
      co_return stream;
    }
    co_return Error{.problem = Problem::closed};
  }

  void close() override {
    error_code ignored;
    state_->acceptor.close(ignored);
  }

 private:
  struct State {
    tcp::acceptor acceptor;
    ContextPtr context;
  };
  std::shared_ptr<State> state_;  // shared with an accept() under way
  std::string host_;
  Timer& timer_;
};

Result<tcp::acceptor> open_acceptor(asio::any_io_executor executor, const tcp::endpoint& on) {
  tcp::acceptor acceptor(executor);
  error_code failure;
  if (acceptor.open(on.protocol(), failure); failure) return from_code(failure);
  if (acceptor.set_option(tcp::acceptor::reuse_address(true), failure); failure) return from_code(failure);
  if (acceptor.bind(on, failure); failure) return from_code(failure);
  if (acceptor.listen(asio::socket_base::max_listen_connections, failure); failure) return from_code(failure);
  return acceptor;
}

}  // namespace

TcpTransport::TcpTransport(Timer& timer) : timer_(timer) {}
TcpTransport::~TcpTransport() = default;

asio::awaitable<Result<std::unique_ptr<Stream>>> TcpTransport::connect(Endpoint to, ClientTls tls, Duration at_most) {
  CO_TRY(const ContextPtr context, client_context(tls));
  const auto attempt = std::make_shared<Attempt>(timer_.executor());  // shared with the alarm
  const auto alarm = timer_.after(at_most, [attempt] { attempt->end(); });

  CO_TRY(auto addresses, co_await addresses_of(attempt, to));
  const auto connected = co_await connect_to_one_of(attempt, std::move(addresses));
  if (!connected) co_return connected.error();

  attempt->stream = std::make_unique<TcpStream>(std::move(attempt->socket), client_ssl(context.get(), to.host, tls));
  const auto shaken = co_await attempt->stream->handshake();
  if (!shaken) co_return attempt->explain(shaken.error());
  std::unique_ptr<Stream> stream = std::move(attempt->stream);
  co_return stream;
}

Result<std::unique_ptr<Acceptor>> TcpTransport::listen(Endpoint on, ServerTls tls) {
  TRY(ContextPtr context, server_context(tls));
  tcp::resolver resolver(timer_.executor());
  error_code failure;
  const auto addresses = resolver.resolve(on.host, std::to_string(on.port), tcp::resolver::passive, failure);
  if (failure || addresses.empty()) return Error{.problem = Problem::no_such_address, .detail = failure.message()};
  TRY(tcp::acceptor acceptor, open_acceptor(timer_.executor(), addresses.begin()->endpoint()));
  std::unique_ptr<Acceptor> made =
      std::make_unique<TcpAcceptor>(std::move(acceptor), std::move(context), on.host, timer_);
  return made;
}

}  // namespace sotto::net

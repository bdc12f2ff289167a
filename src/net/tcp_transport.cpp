#include "net/tcp_transport.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "net/socket_acceptor.hpp"
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
  TRY(auto certificate, Certificate::load(std::move(tls)));
  TRY(ListeningSocket socket, ListeningSocket::on(on));
  return accept_tls(timer_, std::move(socket), std::move(certificate));
}

}  // namespace sotto::net

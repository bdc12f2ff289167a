#include "net/tcp_transport.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "net/plain_stream.hpp"
#include "net/socket_acceptor.hpp"
#include "net/socks5.hpp"
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
    if (to_proxy) to_proxy->cut();
    if (stream) stream->cut();
  }
  Error explain(Error error) const { return has_timed_out ? Error{.problem = Problem::timed_out} : std::move(error); }

  tcp::resolver resolver;
  tcp::socket socket;
  std::unique_ptr<PlainStream> to_proxy;
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

/// The rule is asked about the very address that is connected to: a name may lead elsewhere each time it is resolved.
asio::awaitable<Result<void>> connect_to_one_of(std::shared_ptr<Attempt> attempt, Addresses addresses,
                                                AddressRule rule) {
  Error last{.problem = Problem::name_not_found};
  for (const auto& address : addresses) {
    const AddressKind kind = kind_of(address.address());
    if (!rule.allows(kind)) {
      last = not_allowed(address.address().to_string(), kind);
      continue;
    }
    attempt->socket = tcp::socket(attempt->resolver.get_executor());
    const auto [failure] = co_await attempt->socket.async_connect(address, as_tuple);
    if (attempt->has_timed_out) co_return Error{.problem = Problem::timed_out};
    if (!failure) co_return Result<void>();
    last = from_code(failure);
    if (last.problem == Problem::closed) last.problem = Problem::unreachable;
  }
  co_return last;
}

asio::awaitable<Result<void>> connect_directly(std::shared_ptr<Attempt> attempt, Endpoint to, AddressRule rule) {
  CO_TRY(auto addresses, co_await addresses_of(attempt, std::move(to)));
  co_return co_await connect_to_one_of(attempt, std::move(addresses), rule);
}

asio::awaitable<Result<void>> connect_by(Proxy proxy, std::shared_ptr<Attempt> attempt, Endpoint to) {
  const AddressRule wherever;  // the person chose it
  Endpoint at = proxy.at;
  auto connected = co_await connect_directly(attempt, std::move(at), wherever);
  if (!connected) {
    if (attempt->has_timed_out) co_return connected;
    co_return Error{.problem = Problem::proxy_unreachable,
                    .detail = to_text(proxy.at) + ": " + to_text(connected.error())};
  }
  attempt->to_proxy = std::make_unique<PlainStream>(std::move(attempt->socket));
  const auto opened = co_await socks5::open(*attempt->to_proxy, std::move(to), std::move(proxy));
  if (!opened) co_return attempt->explain(opened.error());
  // The socket goes on as what it was: TLS, spoken through it with the server itself.
  const auto protocol = attempt->resolver.get_executor();
  auto socket = attempt->to_proxy->release();
  attempt->to_proxy.reset();
  error_code failure;
  const auto family = socket.local_endpoint(failure).protocol().family() == AF_INET6 ? tcp::v6() : tcp::v4();
  attempt->socket = tcp::socket(protocol);
  attempt->socket.assign(family, socket.release(failure), failure);
  if (failure) co_return from_code(failure);
  co_return Result<void>();
}

}  // namespace

TcpTransport::TcpTransport(Timer& timer) : timer_(timer) {}
TcpTransport::~TcpTransport() = default;

asio::awaitable<Result<std::unique_ptr<Stream>>> TcpTransport::connect(Endpoint to, ClientTls tls, Duration at_most) {
  CO_TRY(const ContextPtr context, client_context(tls));
  const auto attempt = std::make_shared<Attempt>(timer_.executor());  // shared with the alarm
  const auto alarm = timer_.after(at_most, [attempt] { attempt->end(); });

  const auto may_go = check_route(to, tls.route);
  if (!may_go) co_return may_go.error();
  Endpoint target = to;
  Result<void> connected;
  if (tls.route.proxy) {
    Proxy proxy = *tls.route.proxy;
    connected = co_await connect_by(std::move(proxy), attempt, std::move(target));
  } else {
    connected = co_await connect_directly(attempt, std::move(target), tls.route.addresses);
  }
  if (!connected) co_return connected.error();

  attempt->stream = std::make_unique<TcpStream>(std::move(attempt->socket), client_ssl(context.get(), to.host, tls));
  const auto shaken = co_await attempt->stream->handshake();
  if (!shaken) co_return attempt->explain(shaken.error());
  std::unique_ptr<Stream> stream = std::move(attempt->stream);
  co_return stream;
}

asio::awaitable<std::optional<AddressKind>> TcpTransport::kind_of(std::string host) {
  constexpr Duration patience = std::chrono::seconds(10);
  const auto attempt = std::make_shared<Attempt>(timer_.executor());  // shared with the alarm
  const auto alarm = timer_.after(patience, [attempt] { attempt->end(); });
  Endpoint named{.host = std::move(host), .port = 443};
  const auto addresses = co_await addresses_of(attempt, std::move(named));
  std::optional<AddressKind> found;
  if (!addresses) co_return found;
  for (const auto& address : *addresses) {
    const AddressKind kind = net::kind_of(address.address());
    if (!found || *found == AddressKind::global) found = kind;
  }
  co_return found;
}

Result<std::unique_ptr<Acceptor>> TcpTransport::listen(Endpoint on, ServerTls tls) {
  TRY(auto certificate, Certificate::load(std::move(tls)));
  TRY(ListeningSocket socket, ListeningSocket::on(on));
  return accept_tls(timer_, std::move(socket), std::move(certificate));
}

}  // namespace sotto::net

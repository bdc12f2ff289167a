#include "net/socket_acceptor.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/check.hpp"
#include "net/plain_stream.hpp"
#include "net/tcp_stream.hpp"

namespace sotto::net {
namespace {

using Protocol = asio::generic::stream_protocol;
using boost::system::error_code;
constexpr auto as_tuple = asio::as_tuple(asio::use_awaitable);

/// What becomes of an accepted socket; nothing if it is refused.
using Wrap = std::function<std::unique_ptr<Stream>(Protocol::socket)>;

class SocketAcceptor final : public Acceptor {
 public:
  SocketAcceptor(Timer& timer, ListeningSocket socket, Wrap wrap)
      : state_(std::make_shared<State>(State{.acceptor = asio::basic_socket_acceptor<Protocol>(timer.executor()),
                                             .socket = {},
                                             .wrap = std::move(wrap)})),
        bound_(socket.endpoint()),
        timer_(timer) {
    const int copy = ::fcntl(socket.file(), F_DUPFD_CLOEXEC, 0);
    error_code failure;
    state_->acceptor.assign(Protocol(socket.family(), 0), copy, failure);
    CHECK(!failure);
    state_->socket.emplace(std::move(socket));
  }
  ~SocketAcceptor() override { close(); }

  Endpoint bound() const override { return bound_; }

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
      std::unique_ptr<Stream> stream = state->wrap(std::move(socket));
      if (stream) co_return stream;
    }
    co_return Error{.problem = Problem::closed};
  }

  void close() override {
    error_code ignored;
    state_->acceptor.close(ignored);
    state_->socket.reset();
  }

 private:
  struct State {
    asio::basic_socket_acceptor<Protocol> acceptor;
    std::optional<ListeningSocket> socket;
    Wrap wrap;
  };
  std::shared_ptr<State> state_;  // shared with an accept() under way
  Endpoint bound_;
  Timer& timer_;
};

bool is_own_user(int file) {
  ucred remote{};
  socklen_t size = sizeof remote;
  if (::getsockopt(file, SOL_SOCKET, SO_PEERCRED, &remote, &size) != 0) return false;
  return remote.uid == 0 || remote.uid == ::geteuid();
}

}  // namespace

std::unique_ptr<Acceptor> accept_tls(Timer& timer, ListeningSocket socket, std::shared_ptr<Certificate> certificate) {
  Wrap wrap = [certificate = std::move(certificate)](Protocol::socket accepted) -> std::unique_ptr<Stream> {
    SslPtr ssl(SSL_new(certificate->context()));
    if (!ssl) return nullptr;
    SSL_set_accept_state(ssl.get());
    return std::make_unique<TcpStream>(std::move(accepted), std::move(ssl));
  };
  return std::make_unique<SocketAcceptor>(timer, std::move(socket), std::move(wrap));
}

std::unique_ptr<Acceptor> accept_plain(Timer& timer, ListeningSocket socket) {
  Wrap wrap = [](Protocol::socket accepted) { return std::make_unique<PlainStream>(std::move(accepted)); };
  return std::make_unique<SocketAcceptor>(timer, std::move(socket), std::move(wrap));
}

std::unique_ptr<Acceptor> accept_own_user(Timer& timer, ListeningSocket socket) {
  Wrap wrap = [](Protocol::socket accepted) -> std::unique_ptr<Stream> {
    if (!is_own_user(accepted.native_handle())) return nullptr;
    return std::make_unique<PlainStream>(std::move(accepted));
  };
  return std::make_unique<SocketAcceptor>(timer, std::move(socket), std::move(wrap));
}

}  // namespace sotto::net

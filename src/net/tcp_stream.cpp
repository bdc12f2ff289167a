#include "net/tcp_stream.hpp"

#include <openssl/err.h>
#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <climits>
#include <cstring>

#include "base/check.hpp"

namespace sotto::net {
namespace {

using asio::ip::tcp;
using Socket = asio::generic::stream_protocol::socket;
using boost::system::error_code;

// A BIO of our own, because OpenSSL's socket BIO writes without MSG_NOSIGNAL: a remote end that hangs up would kill us.
int file_of(BIO* bio) { return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio))); }

int bio_result(BIO* bio, ssize_t size, int retry_flag) {
  BIO_clear_retry_flags(bio);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_flags(bio, retry_flag | BIO_FLAGS_SHOULD_RETRY);
  return static_cast<int>(size);
}

int bio_read(BIO* bio, char* into, int size) {
  return bio_result(bio, ::recv(file_of(bio), into, static_cast<std::size_t>(size), 0), BIO_FLAGS_READ);
}

int bio_write(BIO* bio, const char* from, int size) {
  return bio_result(bio, ::send(file_of(bio), from, static_cast<std::size_t>(size), MSG_NOSIGNAL), BIO_FLAGS_WRITE);
}

long bio_control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

BIO_METHOD* bio_method() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
    CHECK(made);
    BIO_meth_set_read(made, bio_read);
    BIO_meth_set_write(made, bio_write);
    BIO_meth_set_ctrl(made, bio_control);
    return made;
  }();
  return method;
}

BIO* socket_bio(int file) {
  BIO* bio = BIO_new(bio_method());
  CHECK(bio);
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(file)));
  BIO_set_init(bio, 1);
  return bio;
}

int clamped(std::size_t size) { return static_cast<int>(std::min<std::size_t>(size, INT_MAX)); }

}  // namespace

class TcpStream::Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Socket socket, SslPtr ssl) : socket_(std::move(socket)), ssl_(std::move(ssl)) {
    error_code ignored;
    socket_.non_blocking(true, ignored);
    socket_.set_option(tcp::no_delay(true), ignored);
    BIO* bio = socket_bio(socket_.native_handle());
    SSL_set_bio(ssl_.get(), bio, bio);
  }

  asio::any_io_executor executor() { return socket_.get_executor(); }
  SSL* ssl() { return ssl_.get(); }
  const Socket& socket() const { return socket_; }

  // `attempt` is one call into OpenSSL; where it has to wait, it is repeated when the socket is ready. Nothing is
  // called from within the call that asked: only what waited goes on at once.
  enum class From { caller, loop };
  template <class Attempt>
  void run(Attempt attempt, Done done, From from = From::caller) {
    if (!socket_.is_open()) return end(std::move(done), asio::error::operation_aborted, 0);
    ERR_clear_error();
    errno = 0;
    const int size = attempt(ssl_.get());
    if (size > 0 && from == From::loop) return done({}, static_cast<std::size_t>(size));
    if (size > 0) return end(std::move(done), {}, static_cast<std::size_t>(size));
    switch (SSL_get_error(ssl_.get(), size)) {
      case SSL_ERROR_WANT_READ:
        return wait(Socket::wait_read, std::move(attempt), std::move(done));
      case SSL_ERROR_WANT_WRITE:
        return wait(Socket::wait_write, std::move(attempt), std::move(done));
      case SSL_ERROR_ZERO_RETURN:
        return end(std::move(done), asio::error::eof, 0);
      case SSL_ERROR_SYSCALL:
        is_broken_ = true;
        return end(std::move(done), asio::error::connection_reset, 0);
      default:
        is_broken_ = true;
        return end(std::move(done), broken_code(), 0);
    }
  }

  /// A read. Most of them come before their data: where OpenSSL has nothing left over, the socket is waited for first,
  /// which saves a call that would only say so.
  template <class Attempt>
  void read(Attempt attempt, Done done) {
    const bool may_be_there = !SSL_is_init_finished(ssl_.get()) || SSL_has_pending(ssl_.get()) == 1;
    if (may_be_there || !socket_.is_open()) return run(std::move(attempt), std::move(done));
    wait(Socket::wait_read, std::move(attempt), std::move(done));
  }

  void finish() {
    if (!socket_.is_open()) return;
    ERR_clear_error();
    if (!is_broken_ && SSL_is_init_finished(ssl_.get())) SSL_shutdown(ssl_.get());
    error_code ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
  }

  void cut() {
    if (!socket_.is_open()) return;
    if (!is_broken_ && SSL_is_init_finished(ssl_.get()) && (SSL_get_shutdown(ssl_.get()) & SSL_SENT_SHUTDOWN) == 0) {
      ERR_clear_error();
      SSL_shutdown(ssl_.get());
    }
    error_code ignored;
    socket_.close(ignored);
  }

 private:
  template <class Attempt>
  void wait(Socket::wait_type what, Attempt attempt, Done done) {
    socket_.async_wait(what, [self = shared_from_this(), attempt = std::move(attempt),
                              done = std::move(done)](error_code failure) mutable {
      if (failure) return self->end(std::move(done), failure, 0);
      self->run(std::move(attempt), std::move(done), From::loop);
    });
  }

  error_code broken_code() {
    const bool is_cut_off = ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
    if (is_cut_off) return asio::error::connection_reset;
    return boost::system::errc::make_error_code(boost::system::errc::protocol_error);
  }

  void end(Done done, error_code code, std::size_t size) {
    asio::post(executor(), [done = std::move(done), code, size]() mutable { std::move(done)(code, size); });
  }

  Socket socket_;
  SslPtr ssl_;
  bool is_broken_ = false;  // OpenSSL must not be asked to say goodbye after a fatal error
};

TcpStream::TcpStream(Socket socket, SslPtr ssl)
    : connection_(std::make_shared<Connection>(std::move(socket), std::move(ssl))) {}
TcpStream::~TcpStream() { connection_->cut(); }

asio::any_io_executor TcpStream::executor() { return connection_->executor(); }
void TcpStream::read_some(std::span<std::uint8_t> into, Done done) {
  connection_->read([into](SSL* ssl) { return SSL_read(ssl, into.data(), clamped(into.size())); }, std::move(done));
}
void TcpStream::write_some(base::View from, Done done) {
  connection_->run([from](SSL* ssl) { return SSL_write(ssl, from.data(), clamped(from.size())); }, std::move(done));
}
void TcpStream::read_onto(base::Blob& onto, std::size_t at_most, Done done) {
  // One buffer for all: what OpenSSL decrypts into it has left it before anything else can run.
  static thread_local std::array<std::uint8_t, 16u << 10> scratch;
  const std::size_t size = std::min(at_most, scratch.size());
  connection_->read(
      [&onto, size](SSL* ssl) {
        const int got = SSL_read(ssl, scratch.data(), clamped(size));
        if (got <= 0) return got;
        onto.insert(onto.end(), scratch.begin(), scratch.begin() + got);
        explicit_bzero(scratch.data(), static_cast<std::size_t>(got));
        return got;
      },
      std::move(done));
}
void TcpStream::finish() { connection_->finish(); }
void TcpStream::cut() { connection_->cut(); }

std::optional<Origin> TcpStream::origin() const {
  error_code failure;
  const auto remote = connection_->socket().remote_endpoint(failure);
  if (failure) return std::nullopt;
  const auto family = remote.protocol().family();
  tcp::endpoint address;
  if ((family != AF_INET && family != AF_INET6) || remote.size() > address.capacity()) return std::nullopt;
  std::memcpy(address.data(), remote.data(), remote.size());
  address.resize(remote.size());
  return parse_origin(address.address().to_string());
}

asio::awaitable<Result<void>> TcpStream::handshake() {
  constexpr auto as_tuple = asio::as_tuple(asio::use_awaitable);
  const auto connection = connection_;
  Connection* const shaken = connection.get();  // see event.cpp: a lambda in a co_await owns nothing
  const auto [failure, size] = co_await asio::async_initiate<decltype(as_tuple), void(error_code, std::size_t)>(
      [shaken](auto handler) { shaken->run([](SSL* ssl) { return SSL_do_handshake(ssl); }, Done(std::move(handler))); },
      as_tuple);
  if (!failure) co_return Result<void>();
  if (failure == asio::error::operation_aborted) co_return Error{.problem = Problem::closed};
  // The remote end went away in the middle: that says nothing about who it is, and trying again may help.
  if (failure == asio::error::connection_reset) co_return Error{.problem = Problem::closed};
  co_return handshake_error(connection->ssl());
}

}  // namespace sotto::net

#include "net/plain_stream.hpp"

#include <string.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace sotto::net {

using boost::system::error_code;

PlainStream::PlainStream(asio::generic::stream_protocol::socket socket)
    : socket_(std::make_shared<Socket>(std::move(socket))) {
  error_code ignored;
  socket_->non_blocking(true, ignored);
  // A socket file has no such option.
  socket_->set_option(asio::ip::tcp::no_delay(true), ignored);
}

PlainStream::~PlainStream() { cut(); }

asio::any_io_executor PlainStream::executor() { return socket_->get_executor(); }

void PlainStream::read_some(std::span<std::uint8_t> into, Done done) {
  socket_->async_read_some(asio::buffer(into.data(), into.size()), std::move(done));
}

void PlainStream::write_some(base::View from, Done done) {
  socket_->async_write_some(asio::buffer(from.data(), from.size()), std::move(done));
}

void PlainStream::read_onto(base::Blob& onto, std::size_t at_most, Done done) {
  read_when_ready(socket_, onto, at_most, std::move(done));
}

void PlainStream::read_when_ready(std::shared_ptr<Socket> socket, base::Blob& onto, std::size_t at_most, Done done) {
  Socket& waits = *socket;
  waits.async_wait(Socket::wait_read, [socket = std::move(socket), &onto, at_most,
                                       done = std::move(done)](error_code failure) mutable {
    if (failure) return done(failure, 0);
    static thread_local std::array<std::uint8_t, 16u << 10> scratch;
    error_code outcome;
    const std::size_t got = socket->read_some(asio::buffer(scratch.data(), std::min(at_most, scratch.size())), outcome);
    if (outcome == asio::error::would_block) return read_when_ready(std::move(socket), onto, at_most, std::move(done));
    onto.insert(onto.end(), scratch.begin(), scratch.begin() + static_cast<std::ptrdiff_t>(got));
    explicit_bzero(scratch.data(), got);
    done(outcome, got);
  });
}

void PlainStream::finish() {
  error_code ignored;
  socket_->shutdown(asio::socket_base::shutdown_send, ignored);
}

void PlainStream::cut() {
  error_code ignored;
  socket_->close(ignored);
}

}  // namespace sotto::net

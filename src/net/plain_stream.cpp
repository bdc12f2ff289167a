#include "net/plain_stream.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace sotto::net {

using boost::system::error_code;

PlainStream::PlainStream(asio::generic::stream_protocol::socket socket) : socket_(std::move(socket)) {
  error_code ignored;  // a socket file has no such option
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
}

PlainStream::~PlainStream() { cut(); }

asio::any_io_executor PlainStream::executor() { return socket_.get_executor(); }

void PlainStream::read_some(std::span<std::uint8_t> into, Done done) {
  socket_.async_read_some(asio::buffer(into.data(), into.size()), std::move(done));
}

void PlainStream::write_some(base::View from, Done done) {
  socket_.async_write_some(asio::buffer(from.data(), from.size()), std::move(done));
}

void PlainStream::finish() {
  error_code ignored;
  socket_.shutdown(asio::socket_base::shutdown_send, ignored);
}

void PlainStream::cut() {
  error_code ignored;
  socket_.close(ignored);
}

}  // namespace sotto::net

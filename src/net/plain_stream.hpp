#pragma once
#include <boost/asio/generic/stream_protocol.hpp>
#include <memory>

#include "net/stream.hpp"

namespace sotto::net {

/// A connected socket as it is: for connections that do not leave this machine, and for what is said to a proxy before
/// TLS begins.
class PlainStream final : public Stream {
 public:
  explicit PlainStream(asio::generic::stream_protocol::socket socket);
  ~PlainStream() override;

  asio::any_io_executor executor() override;
  void read_some(std::span<std::uint8_t> into, Done done) override;
  void write_some(base::View from, Done done) override;
  void read_onto(base::Blob& onto, std::size_t at_most, Done done) override;
  void finish() override;
  void cut() override;

  /// The socket, for who goes on with it in another way; nothing may be under way. This stream is cut afterwards.
  asio::generic::stream_protocol::socket release() { return std::move(*socket_); }

 private:
  using Socket = asio::generic::stream_protocol::socket;
  static void read_when_ready(std::shared_ptr<Socket> socket, base::Blob& onto, std::size_t at_most, Done done);

  std::shared_ptr<Socket> socket_;  // shared with the waits on it, which may end after us
};

}  // namespace sotto::net

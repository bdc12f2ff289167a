#pragma once
#include <boost/asio/generic/stream_protocol.hpp>

#include "net/origin.hpp"
#include "net/stream.hpp"
#include "net/tls_context.hpp"

namespace sotto::net {

/// TLS over a connected socket.
class TcpStream final : public Stream, public FromSomewhere {
 public:
  TcpStream(asio::generic::stream_protocol::socket socket, SslPtr ssl);
  ~TcpStream() override;

  asio::any_io_executor executor() override;
  void read_some(std::span<std::uint8_t> into, Done done) override;
  void write_some(base::View from, Done done) override;
  void read_onto(base::Blob& onto, std::size_t at_most, Done done) override;
  void finish() override;
  void cut() override;
  std::optional<Origin> origin() const override;

  /// The client's handshake, so that its errors have names.
  asio::awaitable<Result<void>> handshake();

 private:
  class Connection;
  std::shared_ptr<Connection> connection_;  // shared with the waits on the socket, which end after us
};

}  // namespace sotto::net

#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <map>
#include <memory>
#include <set>

#include "net/transport.hpp"

namespace sotto::net {

/// Two ends of one connection in memory: what is written at one is read at the other, at most 64 KiB ahead.
struct StreamPair {
  std::unique_ptr<Stream> left;
  std::unique_ptr<Stream> right;
};
StreamPair make_stream_pair(asio::any_io_executor executor);

/// A network in memory. Listening on port 0 chooses one; TLS options are not looked at.
class MemoryTransport final : public Transport {
 public:
  explicit MemoryTransport(asio::any_io_executor executor);
  ~MemoryTransport() override;
  asio::awaitable<Result<std::unique_ptr<Stream>>> connect(Endpoint to, ClientTls tls, Duration at_most) override;
  Result<std::unique_ptr<Acceptor>> listen(Endpoint on, ServerTls tls) override;

  /// Cuts every connection that stands.
  void cut_all();
  /// While the network is down, connect() fails with unreachable.
  void set_down(bool is_down);
  /// How many connections have been made so far.
  std::size_t connected() const;

 private:
  struct Network;
  std::shared_ptr<Network> network_;  // shared with the acceptors
};

}  // namespace sotto::net

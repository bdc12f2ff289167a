#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "net/transport.hpp"

namespace sotto::net {

/// Two ends of one connection in memory: what is written at one is read at the other, at most 64 KiB ahead.
struct StreamPair {
  std::unique_ptr<Stream> left;
  std::unique_ptr<Stream> right;
};
StreamPair make_stream_pair(asio::any_io_executor executor);

/// A network in memory. Listening on port 0 chooses one; of the TLS options only the route and the pin count: a pin
/// must be the one that set_pin() gave that server.
class MemoryTransport final : public Transport {
 public:
  explicit MemoryTransport(asio::any_io_executor executor);
  ~MemoryTransport() override;
  asio::awaitable<Result<std::unique_ptr<Stream>>> connect(Endpoint to, ClientTls tls, Duration at_most) override;
  asio::awaitable<std::optional<AddressKind>> kind_of(std::string host) override;
  Result<std::unique_ptr<Acceptor>> listen(Endpoint on, ServerTls tls) override;

  /// Cuts every connection that stands.
  void cut_all();
  /// While the network is down, connect() fails with unreachable.
  void set_down(bool is_down);
  /// The same for one host: nobody reaches it.
  void set_down(const std::string& host, bool is_down);
  /// What the name service says of a host from now on; a name that it does not know has a public address.
  void set_address(const std::string& host, const std::string& address);
  void set_pin(const Endpoint& at, const base::Bytes<32>& pin);
  /// Every host that a connection to was tried, in order; the proxy's where there is one.
  const std::vector<std::string>& tried() const;
  /// How many connections have been made so far.
  std::size_t connected() const;

 private:
  struct Network;
  std::shared_ptr<Network> network_;  // shared with the acceptors
};

}  // namespace sotto::net

#pragma once
#include "net/timer.hpp"
#include "net/transport.hpp"

namespace sotto::net {

/// TCP with TLS 1.3 and nothing older, by the system's OpenSSL directly on the socket: an idle connection costs about
/// 14 KiB. No session tickets, no resumption: one connection can't be linked to the next.
class TcpTransport final : public Transport {
 public:
  explicit TcpTransport(Timer& timer);
  ~TcpTransport() override;
  asio::awaitable<Result<std::unique_ptr<Stream>>> connect(Endpoint to, ClientTls tls, Duration at_most) override;
  asio::awaitable<std::optional<AddressKind>> kind_of(std::string host) override;
  Result<std::unique_ptr<Acceptor>> listen(Endpoint on, ServerTls tls) override;

 private:
  Timer& timer_;
};

}  // namespace sotto::net

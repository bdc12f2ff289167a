#pragma once
#include <deque>

#include "base/random.hpp"
#include "net/timer.hpp"
#include "net/transport.hpp"

namespace sotto::test {

/// The network between one device and its server, as bad as the dice want it: connections that take their time, that
/// are cut after any byte, requests that come a second time, and days without any connection at all.
class Line final : public net::Transport {
 public:
  Line(net::Transport& beneath, net::Timer& timer, base::Random& dice)
      : beneath_(beneath), timer_(timer), dice_(dice) {}

  net::asio::awaitable<net::Result<std::unique_ptr<net::Stream>>> connect(net::Endpoint to, net::ClientTls tls,
                                                                          net::Duration at_most) override;
  net::asio::awaitable<std::optional<net::AddressKind>> kind_of(std::string host) override {
    return beneath_.kind_of(std::move(host));
  }
  net::Result<std::unique_ptr<net::Acceptor>> listen(net::Endpoint on, net::ServerTls tls) override {
    return beneath_.listen(std::move(on), std::move(tls));
  }

  bool is_bad = false;     // as above
  bool is_parted = false;  // nothing gets through

 private:
  class Wire;
  std::uint32_t draw(std::uint32_t below);
  net::asio::awaitable<void> say_again(net::Endpoint to, base::Blob bytes);

  net::Transport& beneath_;
  net::Timer& timer_;
  base::Random& dice_;
};

}  // namespace sotto::test

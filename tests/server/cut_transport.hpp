#pragma once
#include <algorithm>
#include <memory>

#include "net/transport.hpp"

namespace sotto::test {

namespace asio = boost::asio;

/// Bytes that may still pass, in each direction.
struct Budget {
  std::size_t written = SIZE_MAX;
  std::size_t read = SIZE_MAX;
};

class CutStream final : public net::Stream {
 public:
  CutStream(std::unique_ptr<net::Stream> below, Budget budget)
      : below_(std::move(below)), budget_(std::make_shared<Budget>(budget)) {}

  asio::any_io_executor executor() override { return below_->executor(); }
  void read_some(std::span<std::uint8_t> into, Done done) override {
    if (budget_->read == 0) below_->cut();
    const std::size_t most = std::min(into.size(), std::max<std::size_t>(budget_->read, 1));
    below_->read_some(into.first(most), charged(&Budget::read, std::move(done)));
  }
  void write_some(base::View from, Done done) override {
    if (budget_->written == 0) below_->cut();
    const std::size_t most = std::min(from.size(), std::max<std::size_t>(budget_->written, 1));
    below_->write_some(from.first(most), charged(&Budget::written, std::move(done)));
  }
  void finish() override { below_->finish(); }
  void cut() override { below_->cut(); }

 private:
  Done charged(std::size_t Budget::* side, Done done) {
    return Done([budget = budget_, side, done = std::move(done)](auto code, std::size_t size) mutable {
      *budget.*side -= std::min(*budget.*side, size);
      done(code, size);
    });
  }
  std::unique_ptr<net::Stream> below_;
  std::shared_ptr<Budget> budget_;  // shared with calls that end after the stream
};

class CutTransport final : public net::Transport {
 public:
  CutTransport(net::Transport& below, Budget budget) : below_(below), budget_(budget) {}
  asio::awaitable<net::Result<std::unique_ptr<net::Stream>>> connect(net::Endpoint to, net::ClientTls tls,
                                                                     net::Duration at_most) override {
    auto stream = co_await below_.connect(std::move(to), std::move(tls), at_most);
    if (!stream) co_return stream.error();
    std::unique_ptr<net::Stream> cut = std::make_unique<CutStream>(*std::move(stream), budget_);
    co_return cut;
  }
  asio::awaitable<std::optional<net::AddressKind>> kind_of(std::string host) override {
    return below_.kind_of(std::move(host));
  }
  net::Result<std::unique_ptr<net::Acceptor>> listen(net::Endpoint on, net::ServerTls tls) override {
    return below_.listen(std::move(on), std::move(tls));
  }

 private:
  net::Transport& below_;
  Budget budget_;
};

}  // namespace sotto::test

#pragma once
#include "net/origin.hpp"
#include "server/test_device.hpp"

namespace sotto::test {

/// A stream in memory that says where it comes from.
class AddressedStream final : public net::Stream, public net::FromSomewhere {
 public:
  AddressedStream(std::unique_ptr<net::Stream> below, net::Origin origin) : below_(std::move(below)), origin_(origin) {}
  asio::any_io_executor executor() override { return below_->executor(); }
  void read_some(std::span<std::uint8_t> into, Done done) override { below_->read_some(into, std::move(done)); }
  void write_some(base::View from, Done done) override { below_->write_some(from, std::move(done)); }
  void finish() override { below_->finish(); }
  void cut() override { below_->cut(); }
  std::optional<net::Origin> origin() const override { return origin_; }

 private:
  std::unique_ptr<net::Stream> below_;
  net::Origin origin_;
};

/// Where a server hears everybody who comes from one address.
class AddressedAcceptor final : public net::Acceptor {
 public:
  AddressedAcceptor(std::unique_ptr<net::Acceptor> below, const std::string& address)
      : below_(std::move(below)), origin_(*net::parse_origin(address)) {}
  net::Endpoint bound() const override { return below_->bound(); }
  asio::awaitable<net::Result<std::unique_ptr<net::Stream>>> accept() override {
    auto stream = co_await below_->accept();
    if (!stream) co_return stream.error();
    std::unique_ptr<net::Stream> addressed = std::make_unique<AddressedStream>(*std::move(stream), origin_);
    co_return addressed;
  }
  void close() override { below_->close(); }

 private:
  std::unique_ptr<net::Acceptor> below_;
  net::Origin origin_;
};

/// A server, and people at addresses of their own.
struct AddressedWorld : ServerWorld {
  using ServerWorld::ServerWorld;
  ~AddressedWorld() {
    kill();
    doors_.clear();
  }
  /// What an HTTP client has to connect to, to come from there.
  net::Endpoint door(const std::string& address) {
    const auto [place, is_new] = doors_.try_emplace(address);
    if (!is_new) return place->second->bound();
    auto below = *network.listen({.host = "here", .port = 0}, {});
    place->second = std::make_unique<AddressedAcceptor>(std::move(below), address);
    net::spawn(io.get_executor(), server->serve(*place->second));
    return place->second->bound();
  }
  net::Response ask(const std::string& address, std::string method, std::string target, base::Blob body = {},
                    std::vector<net::Header> headers = {}) {
    net::HttpClient client(network, time, door(address), {});
    net::Request request{.method = std::move(method),
                         .target = std::move(target),
                         .headers = std::move(headers),
                         .body = std::move(body)};
    auto response = net::run(time, client.send(std::move(request)));
    CHECK(response);
    return std::move(*response);
  }

 private:
  std::map<std::string, std::unique_ptr<net::Acceptor>> doors_;
};

}  // namespace sotto::test

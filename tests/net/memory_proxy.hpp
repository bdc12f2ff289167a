#pragma once
#include <deque>
#include <set>

#include "net/memory/memory_transport.hpp"
#include "net/memory/run.hpp"

namespace sotto::test {

namespace asio = boost::asio;

/// A SOCKS5 proxy in the network in memory, at `proxy:9050`: notes what it is asked for, by which login.
class MemoryProxy {
 public:
  struct Asked {
    std::string user, password;
    std::string host;  // as it came: a name is resolved by nobody before
    std::uint16_t port = 0;
    friend auto operator<=>(const Asked&, const Asked&) = default;
  };

  explicit MemoryProxy(net::MemoryTransport& network, asio::any_io_executor executor)
      : network_(network),
        executor_(executor),
        acceptor_(std::move(*network.listen({.host = "proxy", .port = 9050}, {}))) {
    net::spawn(executor_, serve(*this));
  }

  std::vector<Asked> asked;
  std::uint8_t reply = 0;  // what it answers to each request
  std::uint8_t login_answer = 0;
  std::optional<std::uint8_t> method = {};  // instead of asking for a login

  std::set<std::string> users() const {
    std::set<std::string> found;
    for (const Asked& one : asked) found.insert(one.user);
    return found;
  }
  void close() { acceptor_->close(); }

 private:
  using Side = std::shared_ptr<net::Stream>;

  static asio::awaitable<void> serve(MemoryProxy& proxy) {
    while (true) {
      auto stream = co_await proxy.acceptor_->accept();
      if (!stream) co_return;
      net::spawn(proxy.executor_, talk(proxy, Side(*std::move(stream))));
    }
  }
  static asio::awaitable<base::Blob> take(Side from, std::size_t size) {
    base::Blob made(size);
    std::size_t done = 0;
    while (done < size) {
      const auto got = co_await net::read_some(*from, std::span(made).subspan(done));
      if (!got || *got == 0) co_return base::Blob();
      done += *got;
    }
    co_return made;
  }
  static asio::awaitable<void> say(Side to, base::Blob words) {
    const auto said = co_await net::write_all(*to, words);
    (void)said;
  }
  static asio::awaitable<std::string> counted(Side from) {
    const base::Blob size = co_await take(from, 1);
    if (size.empty()) co_return std::string();
    const base::Blob words = co_await take(from, size[0]);
    co_return std::string(words.begin(), words.end());
  }
  static asio::awaitable<void> talk(MemoryProxy& proxy, Side client) {
    Asked asked;
    const base::Blob hello = co_await take(client, 2);
    if (hello.empty()) co_return;
    const base::Blob methods = co_await take(client, hello[1]);
    const bool offers_login = std::ranges::count(methods, 2) == 1;
    const auto chosen = proxy.method.value_or(offers_login ? 2 : 0);
    base::Blob choice{5, chosen};
    co_await say(client, std::move(choice));
    if (chosen == 2) {
      const base::Blob version = co_await take(client, 1);
      asked.user = co_await counted(client);
      asked.password = co_await counted(client);
      base::Blob answer{1, proxy.login_answer};
      co_await say(client, std::move(answer));
    }
    const base::Blob request = co_await take(client, 4);
    if (request.empty()) co_return;
    if (request[3] == 3) asked.host = co_await counted(client);
    if (request[3] == 1) {
      const base::Blob bytes = co_await take(client, 4);
      for (const auto byte : bytes) asked.host += (asked.host.empty() ? "" : ".") + std::to_string(byte);
    }
    if (request[3] == 4) co_await take(client, 16);
    const base::Blob port = co_await take(client, 2);
    if (port.empty()) co_return;
    asked.port = static_cast<std::uint16_t>(port[0] << 8 | port[1]);
    proxy.asked.push_back(asked);
    base::Blob answer{5, proxy.reply, 0, 1, 0, 0, 0, 0, 0, 0};
    if (proxy.reply != 0) {
      co_await say(client, std::move(answer));
      co_return;
    }
    net::Endpoint to{.host = asked.host, .port = asked.port};
    net::ClientTls plain;
    auto there = co_await proxy.network_.connect(std::move(to), std::move(plain), std::chrono::seconds(10));
    if (!there) answer[1] = 5;
    co_await say(client, std::move(answer));
    if (!there) co_return;
    const Side server(*std::move(there));
    net::spawn(proxy.executor_, pump(client, server));
    co_await pump(server, client);
  }
  static asio::awaitable<void> pump(Side from, Side to) {
    base::Bytes<4096> piece{};
    while (true) {
      const auto size = co_await net::read_some(*from, piece);
      if (!size || *size == 0) break;
      const base::View got = base::View(piece).first(*size);
      const auto written = co_await net::write_all(*to, got);
      if (!written) break;
    }
    to->finish();
    from->cut();
    to->cut();
  }

  net::MemoryTransport& network_;
  asio::any_io_executor executor_;
  std::unique_ptr<net::Acceptor> acceptor_;
};

}  // namespace sotto::test

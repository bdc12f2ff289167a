#pragma once
#include <deque>
#include <memory>

#include "net/http_server.hpp"
#include "server/server_world.hpp"
#include "wire/frames.pb.h"

/// A server that means no good: the real one, with somebody between it and its clients who reads and changes what he
/// likes. TLS does not help against him: he is the server.
namespace sotto::test::hostile {

namespace frames = wire::frames;

/// One thing that a hostile server does. Several stand one behind the other: a request passes them in their order, an
/// answer and a frame too.
class Meddling {
 public:
  Meddling() = default;
  virtual ~Meddling() = default;
  Meddling(const Meddling&) = delete;
  Meddling& operator=(const Meddling&) = delete;

  /// An answer in the server's place, which then never hears of it; the request may be changed as well.
  virtual std::optional<net::Response> answer(net::Request& request) {
    return static_cast<void>(request), std::nullopt;
  }
  /// The server hears the same request once more.
  virtual bool doubles(const net::Request& request) { return static_cast<void>(request), false; }
  /// What the server answered, on its way.
  virtual void change(const net::Request& request, net::Response& response) {
    static_cast<void>(request), static_cast<void>(response);
  }
  /// What takes the place of one frame of a mailbox.
  virtual std::vector<frames::ServerFrame> deliver(frames::ServerFrame frame) { return {std::move(frame)}; }
};

/// Listens where the clients look for their server, and forwards to where it is.
class Shim final : private net::HttpService {
 public:
  Shim(ServerWorld& world, std::uint16_t server_port);
  ~Shim() override;

  /// Stands from now on.
  void listen();
  void stop();

  template <class Kind, class... With>
  Kind& add(With&&... with) {
    auto made = std::make_unique<Kind>(std::forward<With>(with)...);
    Kind& kept = *made;
    meddlings_.push_back(std::move(made));
    return kept;
  }
  /// An honest server again.
  void clear() { meddlings_.clear(); }

  /// What passed, oldest first: "POST /v1/messages", and so on.
  std::vector<std::string> passed;

 private:
  class Exchange;
  struct Tunnel;
  asio::awaitable<std::variant<net::Response, std::unique_ptr<net::HttpExchange>>> admit(net::Request head,
                                                                                         const net::Caller&) override;
  asio::awaitable<std::variant<net::Response, net::WebSocketSession>> upgrade(net::Request head) override;
  net::Response refusal(unsigned status) const override { return {.status = status}; }
  asio::awaitable<net::Response> forward(net::Request request);
  asio::awaitable<void> carry_back(std::shared_ptr<Tunnel> tunnel, net::WebSocket& client);
  asio::awaitable<void> carry(std::shared_ptr<Tunnel> tunnel, net::WebSocket& client);

  ServerWorld& world_;
  std::uint16_t server_port_;
  net::HttpServer http_;
  std::unique_ptr<net::Acceptor> acceptor_;
  std::deque<std::unique_ptr<Meddling>> meddlings_;
};

}  // namespace sotto::test::hostile

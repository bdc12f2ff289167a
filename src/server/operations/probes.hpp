#pragma once
#include "net/http_server.hpp"
#include "server/operations/metrics.hpp"
#include "server/storage/storage.hpp"

namespace sotto::server {

/// What a monitor asks: `/metrics` (Prometheus), `/health` (the process runs), `/ready` (its storage answers, and it
/// takes requests). All that is handed in outlives it.
class Probes final : private net::HttpService {
 public:
  Probes(Storage& storage, const Metrics& metrics, net::Timer& timer);

  /// Serves until the acceptor is closed.
  asio::awaitable<void> serve(net::Acceptor& acceptor) { return http_.serve(acceptor); }
  /// From now on it is not ready.
  void say_not_ready() { is_leaving_ = true; }
  asio::awaitable<void> stop(net::Duration grace) { return http_.stop(grace); }

 private:
  class Question;
  asio::awaitable<std::variant<net::Response, std::unique_ptr<net::HttpExchange>>> admit(
      net::Request head, const net::Caller& caller) override;
  asio::awaitable<std::variant<net::Response, net::WebSocketSession>> upgrade(net::Request head) override;
  net::Response refusal(unsigned status) const override;
  asio::awaitable<net::Response> answer(std::string target);
  asio::awaitable<bool> is_ready();

  Storage& storage_;
  const Metrics& metrics_;
  net::Timer& timer_;
  bool is_leaving_ = false;
  net::HttpServer http_;
};

}  // namespace sotto::server

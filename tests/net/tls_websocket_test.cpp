// HTTP and WebSocket over real sockets and TLS: the same classes as in memory, over the other transport.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "net/http_client.hpp"
#include "net/http_server.hpp"
#include "net/memory/run.hpp"
#include "net/own_ca.hpp"
#include "net/plain_service.hpp"
#include "net/system_time.hpp"
#include "net/tcp_transport.hpp"

namespace sotto::net {
namespace {

namespace fs = std::filesystem;

asio::awaitable<void> echo(WebSocket& websocket) {
  for (;;) {
    auto message = co_await websocket.receive();
    if (!message) co_return;
    const auto sent = co_await websocket.send(std::move(*message));
    if (!sent) co_return;
  }
}

struct Echo final : PlainService {
  std::size_t body_limit(const Request&) const override { return 2u << 20; }
  asio::awaitable<Response> answer(Request request) override { co_return Response{.body = std::move(request.body)}; }
  asio::awaitable<std::variant<Response, WebSocketSession>> upgrade(Request) override {
    co_return WebSocketSession(echo);
  }
  Response refusal(unsigned status) const override { return {.status = status}; }
  bool welcome(const Caller& caller) override {
    came_from = caller.origin;
    ++standing;
    return takes_all;
  }
  void farewell(const Caller&) override { --standing; }

  std::optional<Origin> came_from = {};
  int standing = 0;
  bool takes_all = true;
};

struct OverTls : testing::Test {
  OverTls() { spawn(io.get_executor(), server.serve(*acceptor)); }
  ~OverTls() override {
    acceptor->close();
    fs::remove_all(folder);
  }

  asio::io_context io;
  SystemTimer timer{io.get_executor()};
  TcpTransport transport{timer};
  fs::path folder = fs::temp_directory_path() / ("sotto-tls-" + std::to_string(::getpid()));
  OwnCa own = *own_ca(folder, {"127.0.0.1"}, SystemClock().now());
  Echo service;
  HttpServer server{timer, service};
  std::unique_ptr<Acceptor> acceptor = *transport.listen({.host = "127.0.0.1", .port = 0}, own.server);
  ClientTls tls{.ca_file = own.ca_file.string()};
};

TEST_F(OverTls, AnswersRequestsOfAnySize) {
  HttpClient client(transport, timer, acceptor->bound(), tls);
  for (const std::size_t size : {0u, 1u, 20'000u, 2u << 20}) {
    const base::Blob body(size, 7);
    const auto response = run(io, client.send({.method = "POST", .body = body}));
    ASSERT_TRUE(response) << to_text(response.error());
    EXPECT_EQ(response->body, body);
  }
  EXPECT_EQ(server.connections(), 1u);
}

TEST_F(OverTls, TheServiceHearsFromWhereSomebodyComesAndWhenItIsOver) {
  {
    HttpClient client(transport, timer, acceptor->bound(), tls);
    ASSERT_TRUE(run(io, client.send({.method = "POST"})));
    EXPECT_EQ(service.came_from, parse_origin("127.0.0.1"));
    EXPECT_EQ(service.standing, 1);
  }
  while (server.connections() > 0) io.run_one();
  EXPECT_EQ(service.standing, 0);
}

TEST_F(OverTls, WhomTheServiceDoesNotWelcomeIsCutUnread) {
  service.takes_all = false;
  HttpClient client(transport, timer, acceptor->bound(), tls);
  EXPECT_FALSE(run(io, client.send({.method = "POST"})));
  EXPECT_EQ(server.connections(), 0u);
}

asio::awaitable<bool> goes_and_comes_back(WebSocket& websocket, base::Blob message) {
  base::Blob copy = message;
  const auto sent = co_await websocket.send(std::move(copy));
  const auto answer = co_await websocket.receive();
  co_return sent&& answer && *answer == message;
}

TEST_F(OverTls, CarriesWebSocketMessagesOfAnySize) {
  const auto websocket = run(
      io, connect_websocket(transport, timer, acceptor->bound(), tls, {.target = "/"}, {}, std::chrono::seconds(20)));
  ASSERT_TRUE(websocket) << to_text(websocket.error());
  for (const std::size_t size : {0u, 1u, 20'000u, 2u << 20})
    EXPECT_TRUE(run(io, goes_and_comes_back(**websocket, base::Blob(size, 7))));
}

TEST_F(OverTls, EndsWhenTheClientIsGone) {
  {
    HttpClient client(transport, timer, acceptor->bound(), tls);
    EXPECT_TRUE(run(io, client.send({})));
    EXPECT_EQ(server.connections(), 1u);
  }
  while (server.connections() > 0) io.run_one();
}

}  // namespace
}  // namespace sotto::net

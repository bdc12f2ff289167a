#include "net/websocket.hpp"

#include <gtest/gtest.h>

#include "net/http_server.hpp"
#include "net/memory/memory_transport.hpp"
#include "net/memory/run.hpp"
#include "net/plain_service.hpp"

namespace sotto::net {
namespace {

using std::chrono::seconds;

/// Sends back what it receives, until it can't.
asio::awaitable<void> echo(WebSocket& websocket) {
  for (;;) {
    auto message = co_await websocket.receive();
    if (!message) co_return;
    if (base::text(*message) == "goodbye") {
      CloseReason reason{.code = 4001, .text = "you asked"};
      co_await websocket.close(std::move(reason));
      co_return;
    }
    const auto sent = co_await websocket.send(std::move(*message));
    if (!sent) co_return;
  }
}

struct EchoService final : PlainService {
  std::size_t body_limit(const Request&) const override { return 100; }
  asio::awaitable<Response> answer(Request) override { co_return Response{.status = 404}; }
  asio::awaitable<std::variant<Response, WebSocketSession>> upgrade(Request head) override {
    if (header(head.headers, "Authorization") != "Bearer good") co_return Response{.status = 401};
    co_return WebSocketSession(echo);
  }
  Response refusal(unsigned status) const override { return {.status = status}; }
};

struct WebSocketTest : testing::Test {
  asio::io_context io;
  VirtualTime time{io};
  MemoryTransport network{io.get_executor()};
  EchoService service;
  HttpServer server{time, service, {.websocket = {.message = 60'000}}};
  std::unique_ptr<Acceptor> acceptor = *network.listen({.host = "here", .port = 0}, {});

  WebSocketTest() { spawn(io.get_executor(), server.serve(*acceptor)); }
  ~WebSocketTest() override {
    acceptor->close();
    network.cut_all();
    time.settle();
  }

  Result<std::unique_ptr<WebSocket>> open(std::string authorization, WebSocketLimits limits = {}) {
    Request head{.target = "/x", .headers = {{.name = "Authorization", .value = std::move(authorization)}}};
    return run(time, connect_websocket(network, time, acceptor->bound(), {}, std::move(head), limits, seconds(10)));
  }
};

asio::awaitable<Result<base::Blob>> ask(WebSocket& websocket, base::Blob message) {
  const auto sent = co_await websocket.send(std::move(message));
  auto answer = co_await websocket.receive();  // also after a failure: it may say why
  if (!sent) co_return sent.error();
  co_return answer;
}

TEST_F(WebSocketTest, CarriesMessagesBothWays) {
  const auto websocket = open("Bearer good");
  ASSERT_TRUE(websocket) << to_text(websocket.error());
  for (const std::size_t size : {0u, 1u, 125u, 126u, 59'999u, 60'000u}) {
    const base::Blob message(size, static_cast<std::uint8_t>(size));
    const auto answer = run(time, ask(**websocket, message));
    ASSERT_TRUE(answer) << to_text(answer.error());
    EXPECT_EQ(*answer, message);
  }
}

TEST_F(WebSocketTest, SaysWithWhichStatusTheServerRefused) {
  const auto websocket = open("Bearer bad");
  ASSERT_FALSE(websocket);
  EXPECT_EQ(websocket.error().problem, Problem::upgrade_refused);
  EXPECT_EQ(websocket.error().http_status, 401u);
}

TEST_F(WebSocketTest, EndsWithTheReasonThatTheRemoteEndGave) {
  const auto websocket = open("Bearer good");
  const auto answer = run(time, ask(**websocket, base::blob(base::view("goodbye"))));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().problem, Problem::closed);
  ASSERT_TRUE((*websocket)->close_reason());
  EXPECT_EQ((*websocket)->close_reason()->code, 4001);
  EXPECT_EQ((*websocket)->close_reason()->text, "you asked");
}

TEST_F(WebSocketTest, RefusesAMessageOverTheLimit) {
  const auto websocket = open("Bearer good");
  const auto answer = run(time, ask(**websocket, base::Blob(60'001)));
  EXPECT_FALSE(answer);
  time.settle();
  EXPECT_EQ(server.connections(), 0u);
}

TEST_F(WebSocketTest, StaysOpenInSilenceAsLongAsPingsAreAnswered) {
  const auto websocket = open("Bearer good");
  spawn(io.get_executor(), echo(**websocket));  // someone must read for pings to be seen
  time.run_for(std::chrono::hours(1));
  EXPECT_EQ(server.connections(), 1u);
  (*websocket)->cut();
  time.settle();
  EXPECT_EQ(server.connections(), 0u);
}

TEST_F(WebSocketTest, GivesUpOnARemoteEndThatHasFallenSilent) {
  const auto websocket = open("Bearer good");  // and nobody reads here, so no ping is answered
  time.run_for(seconds(200));
  EXPECT_EQ(server.connections(), 0u);
}

asio::awaitable<std::optional<Problem>> send_until_it_fails(WebSocket& websocket) {
  for (int i = 0; i < 1000; ++i) {
    base::Blob message(60'000);
    const auto sent = co_await websocket.send(std::move(message));
    if (!sent) co_return sent.error().problem;
  }
  co_return std::nullopt;
}

TEST_F(WebSocketTest, GivesUpOnARemoteEndThatDoesNotRead) {
  const WebSocketLimits impatient{.write_within = seconds(10)};
  const auto websocket = open("Bearer good", impatient);  // echoes pile up, the server stops reading, our sends stall
  EXPECT_EQ(run(time, send_until_it_fails(**websocket)), Problem::timed_out);
}

asio::awaitable<void> send_one(WebSocket& websocket, std::uint8_t value) {
  base::Blob message(30'000, value);
  const auto sent = co_await websocket.send(std::move(message));
  EXPECT_TRUE(sent);
}

asio::awaitable<std::vector<std::uint8_t>> receive_some(WebSocket& websocket, int count) {
  std::vector<std::uint8_t> firsts;
  for (int i = 0; i < count; ++i) {
    const auto message = co_await websocket.receive();
    if (message) firsts.push_back(message->front());
  }
  co_return firsts;
}

TEST_F(WebSocketTest, LetsManySendAtOnceOneAfterTheOther) {
  const auto websocket = open("Bearer good");
  for (std::uint8_t i = 1; i <= 5; ++i) spawn(io.get_executor(), send_one(**websocket, i));
  EXPECT_EQ(run(time, receive_some(**websocket, 5)), (std::vector<std::uint8_t>{1, 2, 3, 4, 5}));
}

TEST_F(WebSocketTest, EndsEverythingUnderWayWhenItsOwnerDies) {
  auto websocket = open("Bearer good");
  bool has_ended = false;
  spawn(io.get_executor(), echo(**websocket), [&] { has_ended = true; });
  time.settle();
  websocket->reset();
  time.settle();
  EXPECT_TRUE(has_ended);
  EXPECT_EQ(server.connections(), 0u);
}

}  // namespace
}  // namespace sotto::net

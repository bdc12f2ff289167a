// A server's WebSocket, spoken to in raw bytes: what a client of somebody else may send.
#include <gtest/gtest.h>

#include "net/http_server.hpp"
#include "net/memory/memory_transport.hpp"
#include "net/memory/run.hpp"
#include "net/plain_service.hpp"
#include "net/websocket/frame_reader.hpp"
#include "net/websocket/frame_writer.hpp"
#include "net/websocket/handshake.hpp"

namespace sotto::net {
namespace {

using std::chrono::seconds;

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
  asio::awaitable<std::variant<Response, WebSocketSession>> upgrade(Request) override {
    co_return WebSocketSession(echo);
  }
  Response refusal(unsigned status) const override { return {.status = status}; }
};

asio::awaitable<bool> say(Stream& stream, base::Blob bytes) {
  const auto written = co_await write_all(stream, bytes);
  co_return written.has_value();
}

asio::awaitable<base::Blob> hear_some(Stream& stream) {
  base::Blob heard;
  const auto size = co_await read_onto(stream, heard, 1u << 20);
  if (!size) heard.clear();
  co_return heard;
}

struct RawWebSocketClient : testing::Test {
  asio::io_context io;
  VirtualTime time{io};
  MemoryTransport network{io.get_executor()};
  EchoService service;
  HttpServer server{time, service, {.websocket = {.message = 1000}}};
  std::unique_ptr<Acceptor> acceptor = *network.listen({.host = "here", .port = 0}, {});
  std::unique_ptr<Stream> stream = *run(time, network.connect(acceptor->bound(), {}, seconds(1)));

  RawWebSocketClient() { spawn(io.get_executor(), server.serve(*acceptor)); }
  ~RawWebSocketClient() override {
    acceptor->close();
    network.cut_all();
    time.settle();
  }

  std::string text_exchange(std::string bytes) {
    EXPECT_TRUE(run(time, say(*stream, base::blob(base::view(bytes)))));
    return base::text(run(time, hear_some(*stream)));
  }
  static std::string request(std::string_view instead_of_version = "Sec-WebSocket-Version: 13\r\n") {
    return "GET /x HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
           std::string(instead_of_version) + "\r\n";
  }
  void open() { ASSERT_TRUE(text_exchange(request()).starts_with("HTTP/1.1 101 ")); }

  /// Sends raw bytes and gives what is said to them, until `count` things are or the connection ends.
  std::vector<Said> ask(base::Blob bytes, std::size_t count) {
    EXPECT_TRUE(run(time, say(*stream, std::move(bytes))));
    FrameReader reader(End::server, 100'000);
    std::vector<Said> all;
    while (all.size() < count) {
      const base::Blob heard = run(time, hear_some(*stream));
      if (heard.empty()) break;
      base::View view(heard);
      for (auto said = *reader.read(view); said; said = *reader.read(view)) all.push_back(std::move(*said));
    }
    return all;
  }
  base::Blob said_by_client(Opcode opcode, std::string_view payload) {
    return write_frame(End::client, opcode, base::view(payload));
  }
};

const base::Blob& bytes_of(const Said& said) { return std::get<Message>(said).bytes; }

TEST_F(RawWebSocketClient, IsAnsweredWithTheAcceptValueOfItsKey) {
  const std::string answer = text_exchange(request());
  EXPECT_NE(answer.find("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), std::string::npos) << answer;
  EXPECT_EQ(answer.find("Content-Length"), std::string::npos);
}

TEST_F(RawWebSocketClient, IsToldTheVersionWhenItSpeaksAnother) {
  const std::string answer = text_exchange(request("Sec-WebSocket-Version: 8\r\n"));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 426 ")) << answer;
  EXPECT_NE(answer.find("Sec-WebSocket-Version: 13\r\n"), std::string::npos);
  time.settle();
  EXPECT_EQ(server.connections(), 0u);
}

TEST_F(RawWebSocketClient, IsRefusedWithoutAKey) {
  const std::string answer = text_exchange(
      "GET /x HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ")) << answer;
}

TEST_F(RawWebSocketClient, MayHaveItsFirstMessageBehindItsRequest) {
  const base::Blob first = said_by_client(Opcode::binary, "early");
  const std::string answer = text_exchange(request() + base::text(base::View(first).first(4)));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 101 "));
  const auto said = ask(base::blob(base::View(first).subspan(4)), 1);
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(base::text(bytes_of(said[0])), "early");
}

TEST_F(RawWebSocketClient, HasItsPingsAnsweredBetweenTheFragmentsOfAMessage) {
  open();
  base::Blob first = said_by_client(Opcode::binary, "one ");
  first[0] &= 0x7F;  // more to come
  base::Blob bytes = base::concat({first, said_by_client(Opcode::ping, "still there?"),
                                   said_by_client(Opcode::ping, ""), said_by_client(Opcode::continuation, "two")});
  EXPECT_TRUE(run(time, say(*stream, std::move(bytes))));
  base::Blob heard;
  const base::Blob expected = base::concat({write_frame(End::server, Opcode::pong, base::view("still there?")),
                                            write_frame(End::server, Opcode::pong, {}),
                                            write_frame(End::server, Opcode::binary, base::view("one two"))});
  while (heard.size() < expected.size()) {
    const base::Blob more = run(time, hear_some(*stream));
    ASSERT_FALSE(more.empty());
    heard.insert(heard.end(), more.begin(), more.end());
  }
  EXPECT_EQ(heard, expected);
}

TEST_F(RawWebSocketClient, HasAllMessagesOfOneWriteAnswered) {
  open();
  const auto said = ask(base::concat({said_by_client(Opcode::binary, "a"), said_by_client(Opcode::binary, "b"),
                                      said_by_client(Opcode::binary, "c")}),
                        3);
  ASSERT_EQ(said.size(), 3u);
  EXPECT_EQ(base::text(bytes_of(said[2])), "c");
}

struct CutOff : RawWebSocketClient, testing::WithParamInterface<std::pair<base::Blob, std::uint16_t>> {};

TEST_P(CutOff, IsToldWhichKindOfRuleItBrokeAndCut) {
  open();
  const auto said = ask(GetParam().first, 1);
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(std::get<Goodbye>(said[0]).reason.code, GetParam().second);
  time.settle();
  EXPECT_EQ(server.connections(), 0u);
}

INSTANTIATE_TEST_SUITE_P(
    Each, CutOff,
    testing::Values(std::pair(base::Blob{0x82, 0x01, 7}, close_code::protocol_error),
                    std::pair(base::Blob{0x81, 0x80, 0, 0, 0, 0}, close_code::unacceptable),
                    std::pair(base::Blob{0x88, 0x83, 0, 0, 0, 0, 0x03, 0xE8, 0xFF}, close_code::not_utf8),
                    std::pair(base::Blob{0x82, 0xFE, 0x03, 0xE9, 0, 0, 0, 0, 1}, close_code::too_large)));

TEST_F(RawWebSocketClient, HasItsGoodbyeSaidBackAndIsCut) {
  open();
  const auto said = ask(write_close_frame(End::client, {.code = 1001, .text = "leaving"}), 1);
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(std::get<Goodbye>(said[0]).reason.code, 1001);
  time.settle();
  EXPECT_EQ(server.connections(), 0u);
}

TEST_F(RawWebSocketClient, MayFinishAMessageBeforeItAnswersAGoodbye) {
  open();
  const auto said = ask(said_by_client(Opcode::binary, "goodbye"), 1);
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(std::get<Goodbye>(said[0]).reason.code, 4001);
  EXPECT_EQ(server.connections(), 1u);
  ask(base::concat({said_by_client(Opcode::binary, "late"), write_close_frame(End::client, {.code = 4001})}), 1);
  time.settle();
  EXPECT_EQ(server.connections(), 0u);
}

TEST_F(RawWebSocketClient, IsCutWhenItDoesNotAnswerAGoodbye) {
  open();
  ask(said_by_client(Opcode::binary, "goodbye"), 1);
  time.run_for(seconds(4));
  EXPECT_EQ(server.connections(), 1u);
  time.run_for(seconds(2));
  EXPECT_EQ(server.connections(), 0u);
}

/// A server of somebody else, which answers a request for a WebSocket with these bytes.
asio::awaitable<void> answer_with(Acceptor& acceptor, std::string answer) {
  auto stream = co_await acceptor.accept();
  if (!stream) co_return;
  base::Blob request;
  const auto size = co_await read_onto(**stream, request, 1u << 16);
  if (!size) co_return;
  const base::Blob bytes = base::blob(base::view(answer));
  const auto written = co_await write_all(**stream, bytes);
  if (!written) co_return;
  co_await hear_some(**stream);
}

struct ForeignServer : testing::TestWithParam<std::pair<const char*, Problem>> {};

TEST_P(ForeignServer, IsNotTakenForAWebSocket) {
  asio::io_context io;
  VirtualTime time{io};
  MemoryTransport network{io.get_executor()};
  const auto acceptor = *network.listen({.host = "here", .port = 0}, {});
  spawn(io.get_executor(), answer_with(*acceptor, GetParam().first));
  {
    const auto made = run(time, connect_websocket(network, time, acceptor->bound(), {}, {}, {}, seconds(10)));
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().problem, GetParam().second);
  }
  network.cut_all();
  time.settle();
}

INSTANTIATE_TEST_SUITE_P(
    Each, ForeignServer,
    testing::Values(std::pair("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", Problem::malformed),
                    std::pair("HTTP/1.1 101 Switching Protocols\r\n\r\n", Problem::malformed),
                    std::pair("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                              "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
                              Problem::malformed),
                    std::pair("HTTP/1.1 503 Busy\r\nContent-Length: 100000\r\n\r\n", Problem::upgrade_refused),
                    std::pair("SSH-2.0-server\r\n\r\n", Problem::malformed),
                    std::pair("HTTP/1.1 101 Swi", Problem::timed_out)));

}  // namespace
}  // namespace sotto::net

#include <gtest/gtest.h>

#include "net/http_client.hpp"
#include "net/http_server.hpp"
#include "net/memory/memory_transport.hpp"
#include "net/memory/run.hpp"
#include "net/plain_service.hpp"

namespace sotto::net {
namespace {

constexpr std::size_t body_limit = 100'000;

/// Answers with what it got; /slow takes its time.
struct Echo final : PlainService {
  explicit Echo(Timer& on) : timer(on) {}
  std::size_t body_limit(const Request& head) const override { return head.target == "/small" ? 10 : net::body_limit; }
  asio::awaitable<Response> answer(Request request) override {
    ++answered;
    if (request.target == "/slow") co_await timer.sleep(std::chrono::seconds(5));
    if (request.target == "/never") co_await timer.sleep(std::chrono::hours(5));
    co_return Response{
        .status = 200, .headers = {{.name = "X-Method", .value = request.method}}, .body = std::move(request.body)};
  }
  asio::awaitable<std::variant<Response, WebSocketSession>> upgrade(Request) override {
    co_return Response{.status = 403};
  }
  Response refusal(unsigned status) const override { return {.status = status, .body = {'n', 'o'}}; }

  Timer& timer;
  int answered = 0;
};

struct HttpTest : testing::Test {
  asio::io_context io;
  VirtualTime time{io};
  MemoryTransport network{io.get_executor()};
  Echo service{time};
  HttpServer server{time, service, {.connections = 3, .bodies = 120'000}};
  std::unique_ptr<Acceptor> acceptor = *network.listen({.host = "here", .port = 0}, {});
  HttpClient client{network, time, acceptor->bound(), {}};

  HttpTest() { spawn(io.get_executor(), server.serve(*acceptor)); }
  ~HttpTest() override {
    client.disconnect();
    acceptor->close();
    network.cut_all();
    time.settle();
  }

  std::unique_ptr<Stream> raw() { return *run(time, network.connect(acceptor->bound(), {}, std::chrono::seconds(1))); }
};

asio::awaitable<std::string> exchange(Stream& stream, std::string bytes) {
  const auto written = co_await write_all(stream, base::view(bytes));
  base::Blob into(4096);
  const auto size = co_await read_some(stream, into);
  co_return written&& size ? base::text(base::View(into).first(*size)) : "error";
}

asio::awaitable<bool> is_ended(Stream& stream) {
  base::Blob into(4096);
  for (;;) {
    const auto size = co_await read_some(stream, into);
    if (!size || *size == 0) co_return true;
  }
}

TEST_F(HttpTest, AnswersSeveralRequestsOverOneConnection) {
  for (int i = 0; i < 3; ++i) {
    const auto response = run(time, client.send({.method = "PUT", .target = "/", .body = {1, 2, 3}}));
    ASSERT_TRUE(response) << to_text(response.error());
    EXPECT_EQ(response->status, 200u);
    EXPECT_EQ(header(response->headers, "x-method"), "PUT");
    EXPECT_EQ(response->body, (base::Blob{1, 2, 3}));
  }
  EXPECT_EQ(network.connected(), 1u);
}

TEST_F(HttpTest, CarriesBodiesLargerThanAPipe) {
  const base::Blob large(body_limit, 7);
  const auto response = run(time, client.send({.method = "POST", .target = "/", .body = large}));
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, large);
}

asio::awaitable<void> send_and_count(HttpClient& client, int& answers) {
  Request request{.method = "POST", .target = "/slow"};
  const auto response = co_await client.send(std::move(request));
  if (response) ++answers;
}

TEST_F(HttpTest, LetsRequestsOfOneClientWaitTheirTurn) {
  int answers = 0;
  for (int i = 0; i < 4; ++i) spawn(io.get_executor(), send_and_count(client, answers));
  time.run_for(std::chrono::seconds(12));
  EXPECT_EQ(answers, 2);
  time.run_for(std::chrono::seconds(12));
  EXPECT_EQ(answers, 4);
}

TEST_F(HttpTest, SendsAgainOverAFreshConnectionWhenTheServerHadClosedTheOldOne) {
  EXPECT_TRUE(run(time, client.send({})));
  time.run_for(std::chrono::minutes(2));  // past the server's patience with an idle connection
  EXPECT_TRUE(run(time, client.send({})));
  EXPECT_EQ(network.connected(), 2u);
}

TEST_F(HttpTest, TimesOutAndGoesOnWithAFreshConnection) {
  const auto late = run(time, client.send({.target = "/never"}, std::chrono::seconds(3)));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().problem, Problem::timed_out);
  EXPECT_TRUE(run(time, client.send({})));
}

TEST_F(HttpTest, ARequestThatTimedOutOnAKeptConnectionIsNotSentAgain) {
  EXPECT_TRUE(run(time, client.send({})));
  const auto late = run(time, client.send({.target = "/never"}, std::chrono::seconds(3)));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().problem, Problem::timed_out);
  EXPECT_EQ(service.answered, 2);
  EXPECT_EQ(network.connected(), 1u);
}

TEST_F(HttpTest, DisconnectingEndsTheRequestThatIsUnderWay) {
  EXPECT_TRUE(run(time, client.send({})));
  const auto alarm = time.after(std::chrono::seconds(1), [this] { client.disconnect(); });
  const auto answer = run(time, client.send({.target = "/never"}));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().problem, Problem::closed);
  EXPECT_EQ(service.answered, 2);
}

TEST_F(HttpTest, SaysClosedWhenTheConnectionIsCutBeforeTheAnswer) {
  const auto alarm = time.after(std::chrono::seconds(1), [this] { network.cut_all(); });
  const auto answer = run(time, client.send({.target = "/never"}));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().problem, Problem::closed);
}

TEST_F(HttpTest, RefusesABodyOverTheLimitOfItsTargetAndCloses) {
  const auto response = run(time, client.send({.method = "POST", .target = "/small", .body = base::Blob(11)}));
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 413u);
  EXPECT_EQ(service.answered, 0);
  time.run_for(std::chrono::seconds(5));
  EXPECT_EQ(server.connections(), 0u);
}

TEST_F(HttpTest, DeliversTheRefusalOfABodyThatIsStillBeingSent) {
  const auto response = run(time, client.send({.method = "POST", .target = "/", .body = base::Blob(3'000'000)}));
  ASSERT_TRUE(response) << to_text(response.error());
  EXPECT_EQ(response->status, 413u);
}

TEST_F(HttpTest, RefusesAChunkedBodyOverTheLimit) {
  const auto stream = raw();
  const std::string head = "POST /small HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_TRUE(
      run(time, exchange(*stream, head + "8\r\n12345678\r\n8\r\n12345678\r\n0\r\n\r\n")).starts_with("HTTP/1.1 413"));
  EXPECT_TRUE(run(time, is_ended(*stream)));
}

TEST_F(HttpTest, ALastChunkMayComeInPiecesOfAnySize) {
  const auto stream = raw();
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string& piece : {head, std::string("0\r\n"), std::string("\r")}) {
    ASSERT_TRUE(run(time, write_all(*stream, base::view(piece))));
    time.settle();
  }
  EXPECT_TRUE(run(time, exchange(*stream, "\n")).starts_with("HTTP/1.1 200"));
}

TEST_F(HttpTest, AnAnnouncedSizeAloneReservesNothing) {
  const auto stream = raw();
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 18446744073709551000\r\n\r\n";
  EXPECT_TRUE(run(time, exchange(*stream, head)).starts_with("HTTP/1.1 413"));
}

TEST_F(HttpTest, RefusesAHeaderOverTheLimitAndCloses) {
  const auto stream = raw();
  const std::string head = "GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n";
  EXPECT_TRUE(run(time, exchange(*stream, head)).starts_with("HTTP/1.1 431"));
  EXPECT_TRUE(run(time, is_ended(*stream)));
}

TEST_F(HttpTest, RefusesWhatIsNotHttpAndCloses) {
  const auto stream = raw();
  EXPECT_TRUE(run(time, exchange(*stream, "\x16\x03\x01 hello\r\n\r\n")).starts_with("HTTP/1.1 400"));
  EXPECT_TRUE(run(time, is_ended(*stream)));
}

TEST_F(HttpTest, CutsWhoSendsItsHeaderByteByByte) {
  const auto stream = raw();
  const auto begun = time.monotonic();
  for (int i = 0; i < 20 && server.connections() > 0; ++i) {
    const std::string byte(1, "GET / HTTP/1.1\r\nHost: x"[i]);
    const auto written = run(time, write_all(*stream, base::view(byte)));
    time.run_for(std::chrono::seconds(1));
    if (!written) break;
  }
  EXPECT_EQ(server.connections(), 0u);
  EXPECT_LE(time.monotonic() - begun, std::chrono::seconds(12));
}

TEST_F(HttpTest, CutsWhoNeverEndsItsBody) {
  const auto stream = raw();
  const auto written =
      run(time, write_all(*stream, base::view("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab")));
  EXPECT_TRUE(written);
  time.run_for(std::chrono::minutes(2));
  EXPECT_EQ(server.connections(), 0u);
}

TEST_F(HttpTest, CutsConnectionsOverTheLimit) {
  std::vector<std::unique_ptr<Stream>> streams;
  for (int i = 0; i < 3; ++i) streams.push_back(raw());
  time.settle();
  EXPECT_EQ(server.connections(), 3u);
  const auto fourth = raw();
  EXPECT_TRUE(run(time, is_ended(*fourth)));
  EXPECT_EQ(server.connections(), 3u);
}

TEST_F(HttpTest, RefusesForNowWhatWouldNotFitIntoTheMemoryForBodies) {
  const auto first = raw(), second = raw();
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n";
  const auto written = run(time, write_all(*first, base::view(head + std::string(99'999, 'x'))));
  EXPECT_TRUE(written);
  time.settle();
  EXPECT_TRUE(run(time, exchange(*second, head + std::string(99'999, 'x'))).starts_with("HTTP/1.1 503"));
  const auto rest = run(time, exchange(*first, "x"));
  EXPECT_TRUE(rest.starts_with("HTTP/1.1 200"));
}

TEST_F(HttpTest, WhoAnnouncesABodyAndIsSilentHoldsNoneOfTheMemoryForBodies) {
  const auto first = raw(), second = raw();
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 90000\r\n\r\n";
  const auto written = run(time, write_all(*first, base::view(head)));
  EXPECT_TRUE(written);
  time.settle();
  EXPECT_TRUE(run(time, exchange(*second, head + std::string(90'000, 'x'))).starts_with("HTTP/1.1 200"));
}

TEST_F(HttpTest, ReadsSmallBodiesHoweverMuchOthersSend) {
  HttpServer full(time, service, {.bodies = 0});
  const auto door = *network.listen({.host = "here", .port = 0}, {});
  spawn(io.get_executor(), full.serve(*door));
  const auto stream = *run(time, network.connect(door->bound(), {}, std::chrono::seconds(1)));
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n";
  EXPECT_TRUE(run(time, exchange(*stream, head + std::string(9'000, 'x'))).starts_with("HTTP/1.1 200"));
  door->close();
}

TEST_F(HttpTest, AnswersRequestsThatWereSentInOneGo) {
  const auto stream = raw();
  const std::string one = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  const std::string first = run(time, exchange(*stream, one + one));
  EXPECT_TRUE(first.starts_with("HTTP/1.1 200"));
  time.settle();
  EXPECT_EQ(service.answered, 2);
}

TEST_F(HttpTest, SaysGoOnToWhoAsksFirst) {
  const auto stream = raw();
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n";
  EXPECT_EQ(run(time, exchange(*stream, head)), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_TRUE(run(time, exchange(*stream, "ab")).ends_with("\r\n\r\nab"));
}

asio::awaitable<bool> stop(HttpServer& server) {
  co_await server.stop(std::chrono::seconds(10));
  co_return true;
}

TEST_F(HttpTest, AnswersWhatIsUnderWayBeforeItStops) {
  int answers = 0;
  spawn(io.get_executor(), send_and_count(client, answers));
  const auto idle = raw();
  time.run_for(std::chrono::seconds(1));
  EXPECT_TRUE(run(time, stop(server)));
  time.settle();
  EXPECT_EQ(answers, 1);
  EXPECT_EQ(time.monotonic(), std::chrono::seconds(5));
}

TEST_F(HttpTest, CutsWhatTakesLongerThanItsGraceWhenItStops) {
  const auto unanswered = raw();
  const auto written = run(time, write_all(*unanswered, base::view("GET /never HTTP/1.1\r\nHost: x\r\n\r\n")));
  EXPECT_TRUE(written);
  time.run_for(std::chrono::seconds(1));
  bool is_stopped = false;
  spawn(io.get_executor(), server.stop(std::chrono::seconds(10)), [&] { is_stopped = true; });
  time.run_for(std::chrono::seconds(11));
  EXPECT_TRUE(run(time, is_ended(*unanswered)));
  EXPECT_FALSE(is_stopped);  // the service itself still sleeps
  time.run_for(std::chrono::hours(5));
  EXPECT_TRUE(is_stopped);
}

}  // namespace
}  // namespace sotto::net

// A connection is cut after every single byte of a send, of its answer, of a delivery and of its acknowledgement: the
// promise stays whole, from memory first and from the disk.
#include <gtest/gtest.h>

#include "server/cut_transport.hpp"
#include "server/test_device.hpp"

namespace sotto::test {
namespace {

/// A device that notes what comes, and acknowledges it or not.
struct Reader {
  enum class Acks { at_once, never };

  Reader(TestDevice& device, Budget budget, Acks how) : transport(device.world.network, budget), acks(how) {
    net::spawn(device.world.io.get_executor(), live(device.world, device.headers(), *this));
    device.world.time.settle();
  }
  static asio::awaitable<void> live(ServerWorld& world, std::vector<net::Header> headers, Reader& into) {
    net::Request head{.target = "/v1/mailbox", .headers = std::move(headers)};
    net::ClientTls tls;
    net::WebSocketLimits limits;
    auto opened = co_await net::connect_websocket(into.transport, world.time, world.endpoint(), std::move(tls),
                                                  std::move(head), limits, std::chrono::seconds(10));
    if (opened) {
      into.mailbox = std::move(*opened);
      co_await into.read();
    }
    into.is_over = true;
  }
  asio::awaitable<void> read() {
    std::map<std::uint64_t, std::string> texts;
    for (;;) {
      const auto bytes = co_await mailbox->receive();
      if (!bytes) co_return;
      const auto frame = parsed<frames::ServerFrame>(*bytes);
      for (const auto position : frame.acked().positions()) gone.insert(texts[position]);
      if (!frame.has_deliver()) continue;
      texts[frame.deliver().position()] = frame.deliver().envelope();
      ++came[frame.deliver().envelope()];
      if (acks == Acks::never) continue;
      frames::ClientFrame ack;
      ack.mutable_ack()->add_positions(frame.deliver().position());
      ack.mutable_ack()->set_wants_answer(true);
      base::Blob said = serialized(ack);
      const auto sent = co_await mailbox->send(std::move(said));
      if (!sent) co_return;
    }
  }
  void leave(ServerWorld& world) {
    if (mailbox) mailbox->cut();
    CHECK(world.time.run_until([this] { return is_over; }));
  }

  CutTransport transport;
  Acks acks;
  std::unique_ptr<net::WebSocket> mailbox;
  std::map<std::string, int> came;
  std::set<std::string> gone;  // the server said so
  bool is_over = false;
};

struct CutConnections : testing::Test {
  CutConnections() {
    EXPECT_EQ(ana.move_in().status, 200u);
    EXPECT_EQ(bob.move_in().status, 200u);
  }
  frames::SendRequest letter(std::size_t number) {
    auto made = ana.letter_to(bob, "letter " + std::to_string(number), 1);
    made.set_idempotency_key("key " + std::to_string(100'000'000'000 + number));
    return made;
  }
  /// Over a connection that is cut; whether it was answered with 200.
  bool send_cut(const frames::SendRequest& what, Budget budget) {
    CutTransport transport(world.network, budget);
    net::HttpClient client(transport, world.time, world.endpoint(), {});
    net::Request request{
        .method = "POST", .target = "/v1/messages", .headers = {bob.permit_header()}, .body = serialized(what)};
    const auto response = net::run(world.time, client.send(std::move(request)));
    return response && response->status == 200;
  }
  /// Sends over a cut connection, and again until it is answered; then it is there once.
  void expect_one_delivery(std::size_t number, Budget budget, Reader& reader) {
    const auto what = letter(number);
    if (!send_cut(what, budget)) {
      unsigned status = 0;
      while ((status = ana.send(bob, what).status) == 503) world.time.run_for(std::chrono::milliseconds(5));
      ASSERT_EQ(status, 200u);
    }
    ASSERT_TRUE(world.time.run_until([&] { return reader.came.contains("letter " + std::to_string(number)); },
                                     std::chrono::seconds(5)));
    EXPECT_EQ(reader.came["letter " + std::to_string(number)], 1)
        << "cut after " << budget.written << " bytes written, " << budget.read << " read";
  }
  /// Somebody's connection is cut, a letter is sent meanwhile and answered: it came there, or comes later.
  void expect_no_loss(std::size_t number, Budget budget, Reader::Acks acks) {
    const std::string text = "letter " + std::to_string(number);
    std::map<std::string, int> came;
    std::set<std::string> gone;
    {
      Reader reader(bob, budget, acks);
      ASSERT_EQ(ana.send(bob, letter(number)).status, 200u);
      reader.leave(world);
      came = reader.came;
      gone = reader.gone;
      came_at_once += came.size();
      gone_at_once += gone.size();
    }
    if (number % 8 == 0) world.restart();
    Reader later(bob, {}, Reader::Acks::at_once);
    ASSERT_TRUE(
        world.time.run_until([&] { return came.contains(text) || later.came.contains(text); }, std::chrono::seconds(5)))
        << "cut after " << budget.written << " bytes written, " << budget.read << " read";
    world.time.run_for(std::chrono::milliseconds(100));
    if (gone.contains(text)) {
      EXPECT_FALSE(later.came.contains(text)) << number;
    }
    later.leave(world);
    EXPECT_EQ(bob.status().queued_envelopes(), 0u);
  }

  std::size_t came_at_once = 0, gone_at_once = 0;  // over the connections that were cut
  ServerWorld world;
  TestDevice ana{world, 1, "ana"};
  TestDevice bob{world, 2, "bob"};
};

constexpr std::size_t whole_request = 480, whole_answer = 90;  // bytes, and a few more
constexpr std::size_t whole_upgrade = 260, whole_delivery = 260;

TEST_F(CutConnections, ASendThatIsCutAfterAnyByteIsDeliveredOnceFromMemory) {
  Reader reader(bob, {}, Reader::Acks::at_once);
  for (std::size_t n = 0; n < whole_request; ++n) expect_one_delivery(n, {.written = n}, reader);
  EXPECT_EQ(bob.status().queued_envelopes(), 0u);
  reader.leave(world);
}

TEST_F(CutConnections, ASendThatIsCutAfterAnyByteIsDeliveredOnceFromTheDisk) {
  std::size_t cuts = 0;
  for (std::size_t n = 0; n < whole_request; ++n) {
    const auto what = letter(n);
    if (!send_cut(what, {.written = n})) {
      ++cuts;
      ASSERT_EQ(ana.send(bob, what).status, 200u);
    }
  }
  EXPECT_GT(cuts, 150u);
  EXPECT_LT(cuts, whole_request);  // up to its last byte
  EXPECT_EQ(bob.status().queued_envelopes(), whole_request);
  Reader reader(bob, {}, Reader::Acks::at_once);
  ASSERT_TRUE(world.time.run_until([&] { return reader.came.size() == whole_request; }));
  EXPECT_TRUE(std::ranges::all_of(reader.came, [](const auto& entry) { return entry.second == 1; }));
  reader.leave(world);
}

TEST_F(CutConnections, AnAnswerThatIsCutAfterAnyByteLeadsToNoSecondDelivery) {
  Reader reader(bob, {}, Reader::Acks::at_once);
  for (std::size_t n = 0; n < whole_answer; ++n) expect_one_delivery(n, {.read = n}, reader);
  reader.leave(world);
}

TEST_F(CutConnections, ADeliveryThatIsCutAfterAnyByteLosesNothing) {
  for (std::size_t n = 0; n < whole_delivery; ++n) expect_no_loss(n, {.read = n}, Reader::Acks::at_once);
  EXPECT_GT(came_at_once, 10u);
  EXPECT_LT(came_at_once, whole_delivery - 100);
}

TEST_F(CutConnections, NorIfNothingIsAcknowledged) {
  for (std::size_t n = 0; n < whole_delivery; n += 3) expect_no_loss(n, {.read = n}, Reader::Acks::never);
}

TEST_F(CutConnections, AnAcknowledgementThatIsCutAfterAnyByteLosesNothing) {
  for (std::size_t n = 0; n < whole_upgrade; ++n) expect_no_loss(n, {.written = n}, Reader::Acks::at_once);
  EXPECT_GT(gone_at_once, 5u);
  EXPECT_GT(came_at_once, gone_at_once + 5);
}

}  // namespace
}  // namespace sotto::test

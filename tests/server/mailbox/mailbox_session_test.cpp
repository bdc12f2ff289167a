#include "server/mailbox/session.hpp"

#include <gtest/gtest.h>

#include "server/limits.hpp"
#include "server/test_device.hpp"

namespace sotto::test {
namespace {

struct MailboxTest : testing::Test {
  MailboxTest() {
    EXPECT_EQ(ana.move_in().status, 200u);
    EXPECT_EQ(bob.move_in().status, 200u);
  }
  std::unique_ptr<net::WebSocket> open() {
    auto mailbox = bob.open_mailbox();
    CHECK(mailbox);
    return std::move(*mailbox);
  }
  void send(int from, int to) {
    for (int i = from; i <= to; ++i) {
      auto letter = ana.letter_to(bob, "m" + std::to_string(i), 1);
      letter.set_idempotency_key("key " + std::to_string(100'000'000'000 + i));
      ASSERT_EQ(ana.send(bob, letter).status, 200u);
    }
  }
  std::uint64_t expect_message(net::WebSocket& mailbox, const std::string& text) {
    const auto frame = next_frame(world, mailbox);
    EXPECT_EQ(frame.deliver().envelope(), text);
    return frame.deliver().position();
  }
  void expect_drained(net::WebSocket& mailbox) { EXPECT_TRUE(next_frame(world, mailbox).has_drained()); }
  /// Whether nothing comes, however long one waits (the connection is cut by that).
  void expect_closed(net::WebSocket& mailbox, std::uint16_t code) {
    const auto frame = net::run(world.time, mailbox.receive());
    ASSERT_FALSE(frame);
    ASSERT_TRUE(mailbox.close_reason());
    EXPECT_EQ(mailbox.close_reason()->code, code);
  }

  ServerWorld world;
  TestDevice ana{world, 1, "ana"};
  TestDevice bob{world, 2, "bob"};
};

TEST_F(MailboxTest, SaysThatItIsEmptyAndThenPushesWhatComes) {
  const auto mailbox = open();
  expect_drained(*mailbox);
  send(1, 1);
  expect_message(*mailbox, "m1");
  expect_drained(*mailbox);
  EXPECT_EQ(bob.status().queued_envelopes(), 1u);  // not acknowledged in time, so it was stored
}

/// A letter on its way, whose answer is looked at later.
struct UnderWay {
  UnderWay(TestDevice& from, const TestDevice& to, std::string text, std::uint8_t key)
      : client(from.world.network, from.world.time, from.world.endpoint(), {}) {
    net::Request request{.method = "POST",
                         .target = "/v1/messages",
                         .headers = {to.permit_header()},
                         .body = serialized(from.letter_to(to, std::move(text), key))};
    net::spawn(from.world.io.get_executor(), ask(client, std::move(request), *this));
  }
  static asio::awaitable<void> ask(net::HttpClient& client, net::Request request, UnderWay& into) {
    const auto response = co_await client.send(std::move(request));
    into.status = response ? response->status : 1;
  }
  net::HttpClient client;
  unsigned status = 0;
};

TEST_F(MailboxTest, WhatIsAcknowledgedInTimeIsNeverStored) {
  const auto mailbox = open();
  expect_drained(*mailbox);
  const auto commits = world.storage->commits();
  UnderWay letter(ana, bob, "m1", 1);
  acknowledge(world, *mailbox, {expect_message(*mailbox, "m1")});
  ASSERT_TRUE(world.time.run_until([&] { return letter.status != 0; }));
  EXPECT_EQ(letter.status, 200u);
  EXPECT_EQ(world.storage->commits(), commits);
  world.restart();
  EXPECT_EQ(bob.status().queued_envelopes(), 0u);
}

TEST_F(MailboxTest, WhatWasPushedFromMemoryIsStoredWhenTheConnectionEnds) {
  auto mailbox = open();
  expect_drained(*mailbox);
  UnderWay first(ana, bob, "m1", 1), second(ana, bob, "m2", 2);
  expect_message(*mailbox, "m1");
  mailbox.reset();  // before either is acknowledged
  ASSERT_TRUE(world.time.run_until([&] { return first.status != 0 && second.status != 0; }));
  EXPECT_EQ(first.status, 200u);
  EXPECT_EQ(second.status, 200u);
  mailbox = open();
  expect_message(*mailbox, "m1");
  expect_message(*mailbox, "m2");
  expect_drained(*mailbox);
}

TEST_F(MailboxTest, WhatWasPushedFromMemoryComesFirstOnANewerConnection) {
  const auto older = open();
  expect_drained(*older);
  UnderWay first(ana, bob, "m1", 1);
  expect_message(*older, "m1");
  const auto newer = open();
  UnderWay second(ana, bob, "m2", 2);
  expect_message(*newer, "m1");
  auto next = next_frame(world, *newer);
  if (next.has_drained()) next = next_frame(world, *newer);  // the first was stored before the second came
  EXPECT_EQ(next.deliver().envelope(), "m2");
  ASSERT_TRUE(world.time.run_until([&] { return first.status != 0 && second.status != 0; }));
}

TEST_F(MailboxTest, AnAnswerIsNotGivenForWhatAKilledServerOnlyHadInMemory) {
  auto mailbox = open();
  expect_drained(*mailbox);
  UnderWay letter(ana, bob, "m1", 1);
  expect_message(*mailbox, "m1");
  world.restart();
  ASSERT_TRUE(world.time.run_until([&] { return letter.status != 0; }));
  EXPECT_NE(letter.status, 200u);
}

TEST_F(MailboxTest, ALateAcknowledgementDeletesWhatWasStoredMeanwhile) {
  const auto mailbox = open();
  expect_drained(*mailbox);
  send(1, 1);  // answered, hence stored
  acknowledge(world, *mailbox, {expect_message(*mailbox, "m1")});
  EXPECT_EQ(bob.status().queued_envelopes(), 0u);
}

TEST_F(MailboxTest, ConfirmsAnAcknowledgementOnceItIsDurable) {
  send(1, 1);
  const auto mailbox = open();
  const auto position = expect_message(*mailbox, "m1");
  frames::ClientFrame frame;
  frame.mutable_ack()->add_positions(position);
  frame.mutable_ack()->set_wants_answer(true);
  ASSERT_TRUE(net::run(world.time, mailbox->send(serialized(frame))));
  auto next = next_frame(world, *mailbox);
  if (next.has_drained()) next = next_frame(world, *mailbox);
  ASSERT_TRUE(next.has_acked());
  EXPECT_EQ(next.acked().positions(0), position);
  world.restart();
  EXPECT_EQ(bob.status().queued_envelopes(), 0u);
}

TEST_F(MailboxTest, PushesWhatWaitedInOrder) {
  send(1, 3);
  const auto mailbox = open();
  const auto first = expect_message(*mailbox, "m1");
  const auto second = expect_message(*mailbox, "m2");
  const auto third = expect_message(*mailbox, "m3");
  EXPECT_TRUE(first < second && second < third);
  expect_drained(*mailbox);
}

TEST_F(MailboxTest, DeletesWhatIsAcknowledgedAndPushesTheRestAgain) {
  send(1, 3);
  auto mailbox = open();
  expect_message(*mailbox, "m1");
  acknowledge(world, *mailbox, {expect_message(*mailbox, "m2")});
  EXPECT_EQ(bob.status().queued_envelopes(), 2u);
  mailbox.reset();
  world.time.settle();
  mailbox = open();
  expect_message(*mailbox, "m1");
  expect_message(*mailbox, "m3");
  expect_drained(*mailbox);
}

TEST_F(MailboxTest, KeepsEverythingUnacknowledgedThroughAKill) {
  send(1, 2);
  auto mailbox = open();
  const auto first = expect_message(*mailbox, "m1");
  world.restart();
  mailbox = open();
  EXPECT_EQ(expect_message(*mailbox, "m1"), first);
  expect_message(*mailbox, "m2");
}

TEST_F(MailboxTest, NeverUsesAPositionTwice) {
  send(1, 1);
  auto mailbox = open();
  const auto before = expect_message(*mailbox, "m1");
  acknowledge(world, *mailbox, {before});
  world.restart();
  send(2, 2);
  mailbox = open();
  EXPECT_GT(expect_message(*mailbox, "m2"), before);
}

TEST_F(MailboxTest, HasAtMostAWindowOfEnvelopesUnderWay) {
  const int window = static_cast<int>(server::limits::window_envelopes);
  send(1, window + 5);
  const auto mailbox = open();
  std::vector<std::uint64_t> positions;
  for (int i = 1; i <= window; ++i) positions.push_back(expect_message(*mailbox, "m" + std::to_string(i)));
  world.time.settle();
  acknowledge(world, *mailbox, {positions[3], positions[7]});  // in any order, several at once
  expect_message(*mailbox, "m" + std::to_string(window + 1));
  expect_message(*mailbox, "m" + std::to_string(window + 2));
  acknowledge(world, *mailbox, positions);
  for (int i = 3; i <= 5; ++i) expect_message(*mailbox, "m" + std::to_string(window + i));
  expect_drained(*mailbox);
}

TEST_F(MailboxTest, HasAtMostAWindowOfBytesUnderWay) {
  const std::string large(server::limits::envelope, 'x');
  for (std::uint8_t key = 1; key <= 4; ++key) ASSERT_EQ(ana.send(bob, large, key).status, 200u);
  const auto mailbox = open();
  const auto first = next_frame(world, *mailbox).deliver().position();
  const auto second = next_frame(world, *mailbox).deliver().position();
  acknowledge(world, *mailbox, {first, second});
  EXPECT_TRUE(next_frame(world, *mailbox).has_deliver());
  EXPECT_TRUE(next_frame(world, *mailbox).has_deliver());
  expect_drained(*mailbox);
}

TEST_F(MailboxTest, ANewerConnectionOfTheDeviceEndsTheOlder) {
  const auto older = open();
  expect_drained(*older);
  const auto newer = open();
  expect_closed(*older, server::close_replaced);
  expect_drained(*newer);
  send(1, 1);
  expect_message(*newer, "m1");
  EXPECT_EQ(world.server->connected_devices(), 1u);
}

TEST_F(MailboxTest, AnAcknowledgementOfWhatIsNotUnderWayDeletesNothing) {
  send(1, 1);
  const auto mailbox = open();
  const auto position = expect_message(*mailbox, "m1");
  acknowledge(world, *mailbox, {position + 1, 0, UINT64_MAX});
  EXPECT_EQ(bob.status().queued_envelopes(), 1u);
  acknowledge(world, *mailbox, {position, position, position});
  EXPECT_EQ(bob.status().queued_envelopes(), 0u);
}

TEST_F(MailboxTest, ClosesOnWhatIsNotAnAcknowledgement) {
  const auto mailbox = open();
  expect_drained(*mailbox);
  const auto sent = net::run(world.time, mailbox->send({1, 2, 3}));
  EXPECT_TRUE(sent);
  expect_closed(*mailbox, 1002);
}

TEST_F(MailboxTest, OpensForDevicesOnly) {
  TestDevice stranger(world, 3, "eve");
  const auto refused = stranger.open_mailbox();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().http_status, 401u);
}

TEST_F(MailboxTest, SaysGoodbyeWhenTheServerStops) {
  const auto mailbox = open();
  expect_drained(*mailbox);
  world.acceptor->close();
  bool is_stopped = false;
  net::spawn(world.io.get_executor(), world.server->stop(std::chrono::seconds(10)), [&] { is_stopped = true; });
  expect_closed(*mailbox, server::close_going_away);
  EXPECT_TRUE(world.time.run_until([&] { return is_stopped; }, std::chrono::seconds(11)));
}

TEST_F(MailboxTest, EndsWithTheConnection) {
  auto mailbox = open();
  expect_drained(*mailbox);
  EXPECT_EQ(world.server->connected_devices(), 1u);
  world.network.cut_all();
  world.time.settle();
  EXPECT_EQ(world.server->connected_devices(), 0u);
}

/// Asks again and again to be told, and reads nothing of it.
asio::awaitable<void> keep_asking(net::WebSocket& mailbox, base::Blob question, int& asked) {
  for (; asked < 5'000; ++asked) {
    base::Blob again = question;
    const auto sent = co_await mailbox.send(std::move(again));
    if (!sent) co_return;
  }
}

TEST_F(MailboxTest, EndsWithWhoAsksToBeToldAndDoesNotRead) {
  const auto mailbox = open();
  expect_drained(*mailbox);
  frames::ClientFrame question;
  for (int i = 0; i < 1'000; ++i) question.mutable_ack()->add_positions(1);
  question.mutable_ack()->set_wants_answer(true);
  int asked = 0;
  bool has_ended = false;
  net::spawn(world.io.get_executor(), keep_asking(*mailbox, serialized(question), asked), [&] { has_ended = true; });
  ASSERT_TRUE(world.time.run_until([&] { return has_ended; }, std::chrono::minutes(5)));
  EXPECT_LT(asked, 5'000);
  world.time.settle();
  EXPECT_EQ(world.server->connected_devices(), 0u);
}

}  // namespace
}  // namespace sotto::test

#include <gtest/gtest.h>

#include "server/keeper.hpp"
#include "server/mailbox/hub.hpp"

namespace sotto::test {
namespace {

struct TokensTest : testing::Test {
  TokensTest() {
    CHECK(ana.move_in().status == 200u);
    CHECK(bob.move_in().status == 200u);
  }
  ServerWorld world;
  TestDevice ana{world, 1, "ana"};
  TestDevice bob{world, 2, "bob"};
  base::Bytes<32> next = world.random.bytes<32>();
  base::Bytes<32> old = ana.draft.token;

  net::Response announce(const base::Bytes<32>& token) {
    frames::NewToken request;
    request.set_token_hash(base::text(wire::hash(wire::names::device_token, token)));
    return ana.ask("POST", "/v1/token", serialized(request));
  }
  net::Response put_receive(const base::Bytes<32>& token) {
    frames::ReceiveToken request;
    request.set_token_hash(base::text(wire::hash(wire::names::device_token, token)));
    return ana.ask("PUT", "/v1/token/receive", serialized(request));
  }
  net::Response with(const base::Bytes<32>& token, const std::string& target = "/v1/status") {
    ana.draft.token = token;
    return ana.ask("GET", target);
  }
};

TEST_F(TokensTest, TheOldTokenWorksUntilTheNewOneIsUsed) {
  EXPECT_EQ(announce(next).status, 200u);
  EXPECT_EQ(announce(next).status, 200u);
  EXPECT_EQ(with(old).status, 200u);
  EXPECT_EQ(with(next).status, 200u);
  EXPECT_EQ(with(old).status, 401u);
  EXPECT_EQ(with(next).status, 200u);
}

TEST_F(TokensTest, ATokenOlderThanThePresentOneRaisesTheCloneAlarm) {
  EXPECT_EQ(announce(next).status, 200u);
  EXPECT_EQ(with(next).status, 200u);
  EXPECT_EQ(ana.status().clone_alarm_day(), 0u);
  const auto mailbox = ana.open_mailbox();
  ASSERT_TRUE(mailbox);
  EXPECT_TRUE(next_frame(world, **mailbox).has_drained());
  const auto refused = with(old);
  EXPECT_EQ(refused.status, 401u);
  EXPECT_EQ(code_of(refused), "token_replaced");
  const auto today = base::day_of(world.time.now()).value;
  EXPECT_EQ(next_frame(world, **mailbox).notice().clone_alarm().day(), today);
  world.restart();
  ana.draft.token = next;
  EXPECT_EQ(ana.status().clone_alarm_day(), today);
}

TEST_F(TokensTest, ATokenThatWasAnnouncedAndReplacedUnusedIsNobodys) {
  const auto unused = world.random.bytes<32>();
  EXPECT_EQ(announce(unused).status, 200u);
  EXPECT_EQ(announce(next).status, 200u);
  EXPECT_EQ(code_of(with(unused)), "not_authenticated");
  EXPECT_EQ(with(next).status, 200u);
}

TEST_F(TokensTest, ATokenOfAnotherDeviceIsNotTaken) {
  EXPECT_EQ(code_of(announce(bob.draft.token)), "token_known");
  EXPECT_EQ(code_of(put_receive(bob.draft.token)), "token_known");
}

TEST_F(TokensTest, AReceiveOnlyTokenOpensTheMailboxAndNothingElse) {
  EXPECT_EQ(put_receive(next).status, 200u);
  EXPECT_EQ(code_of(with(next)), "receive_only");
  EXPECT_EQ(ana.ask("POST", "/v1/grants").status, 401u);
  EXPECT_TRUE(ana.open_mailbox());
}

TEST_F(TokensTest, WhatAReceiveOnlyTokenAcknowledgesComesAgain) {
  EXPECT_EQ(put_receive(next).status, 200u);
  ana.draft.token = next;
  {
    const auto mailbox = ana.open_mailbox();
    ASSERT_TRUE(mailbox);
    EXPECT_TRUE(next_frame(world, **mailbox).has_drained());
    EXPECT_EQ(bob.send(ana, "hello", 1).status, 200u);
    const auto frame = next_frame(world, **mailbox);
    EXPECT_EQ(frame.deliver().envelope(), "hello");
    acknowledge(world, **mailbox, {frame.deliver().position()});
    (*mailbox)->cut();
    world.time.settle();
  }
  ana.draft.token = old;
  EXPECT_EQ(ana.status().queued_envelopes(), 1u);
  const auto mailbox = ana.open_mailbox();
  ASSERT_TRUE(mailbox);
  EXPECT_EQ(next_frame(world, **mailbox).deliver().envelope(), "hello");
}

TEST_F(TokensTest, TheWindowOfAReceiveOnlyTokenMovesWithItsAcknowledgements) {
  EXPECT_EQ(put_receive(next).status, 200u);
  for (std::uint8_t i = 0; i < 40; ++i) EXPECT_EQ(bob.send(ana, std::to_string(i), i).status, 200u);
  ana.draft.token = next;
  const auto mailbox = ana.open_mailbox();
  ASSERT_TRUE(mailbox);
  for (int i = 0; i < 40; ++i) {
    const auto frame = next_frame(world, **mailbox);
    EXPECT_EQ(frame.deliver().envelope(), std::to_string(i));
    acknowledge(world, **mailbox, {frame.deliver().position()});
  }
  EXPECT_TRUE(next_frame(world, **mailbox).has_drained());
}

TEST_F(TokensTest, AReceiveOnlyTokenIsTakenBack) {
  EXPECT_EQ(put_receive(next).status, 200u);
  EXPECT_EQ(ana.ask("PUT", "/v1/token/receive").status, 200u);
  EXPECT_EQ(code_of(with(next)), "not_authenticated");
}

/// A mailbox that was opened by a receive-only token and has shown all there is.
struct ReceiveOnlyMailboxTest : TokensTest {
  ReceiveOnlyMailboxTest() {
    CHECK(put_receive(next).status == 200u);
    ana.draft.token = next;
    mailbox = *ana.open_mailbox();
    CHECK(next_frame(world, *mailbox).has_drained());
    ana.draft.token = old;
  }
  void expect_sent_away() {
    EXPECT_FALSE(net::run(world.time, mailbox->receive()));
    const auto reason = mailbox->close_reason();
    ASSERT_TRUE(reason);
    EXPECT_EQ(reason->code, server::close_token_gone);
  }
  std::unique_ptr<net::WebSocket> mailbox;
};

TEST_F(ReceiveOnlyMailboxTest, EndsWhenItsTokenIsReplaced) {
  EXPECT_EQ(put_receive(world.random.bytes<32>()).status, 200u);
  expect_sent_away();
  mailbox->cut();
  world.time.settle();
  EXPECT_EQ(world.server->connected_devices(), 0u);
}

TEST_F(ReceiveOnlyMailboxTest, EndsWhenItsTokenIsTakenBack) {
  EXPECT_EQ(ana.ask("PUT", "/v1/token/receive").status, 200u);
  expect_sent_away();
}

TEST_F(ReceiveOnlyMailboxTest, GoesOnWhenTheSameTokenIsPutAgain) {
  EXPECT_EQ(put_receive(next).status, 200u);
  EXPECT_EQ(bob.send(ana, "hello", 1).status, 200u);
  EXPECT_EQ(next_frame(world, *mailbox).deliver().envelope(), "hello");
}

TEST_F(TokensTest, AMailboxOfTheFullTokenOutlivesTheReceiveOnlyOne) {
  const auto mailbox = ana.open_mailbox();
  ASSERT_TRUE(mailbox);
  EXPECT_TRUE(next_frame(world, **mailbox).has_drained());
  EXPECT_EQ(put_receive(next).status, 200u);
  EXPECT_EQ(ana.ask("PUT", "/v1/token/receive").status, 200u);
  EXPECT_EQ(bob.send(ana, "hello", 1).status, 200u);
  EXPECT_EQ(next_frame(world, **mailbox).deliver().envelope(), "hello");
}

struct GenerationTest : TokensTest {
  net::Response advance(const std::string& now, std::uint64_t number, const std::string& tick) {
    frames::GenerationChange change;
    change.set_tick_now(now);
    change.mutable_next()->set_number(number);
    change.mutable_next()->set_tick(tick);
    return ana.ask("PUT", "/v1/generation", serialized(change));
  }
  const std::string one = std::string(16, '1'), two = std::string(16, '2'), three = std::string(16, '3');
};

TEST_F(GenerationTest, EachOneFollowsTheOneBefore) {
  EXPECT_EQ(advance("", 1, one).status, 200u);
  EXPECT_EQ(advance(one, 2, two).status, 200u);
  EXPECT_EQ(ana.status().generation().number(), 2u);
  EXPECT_EQ(ana.status().generation().tick(), two);
}

TEST_F(GenerationTest, TheSameRequestAgainIsARetry) {
  EXPECT_EQ(advance("", 1, one).status, 200u);
  EXPECT_EQ(advance(one, 2, two).status, 200u);
  EXPECT_EQ(advance(one, 2, two).status, 200u);
}

TEST_F(GenerationTest, ACopyIsToldWhatStandsAndChangesNothing) {
  EXPECT_EQ(advance("", 1, one).status, 200u);
  EXPECT_EQ(advance(one, 2, two).status, 200u);
  const auto refused = advance(one, 2, three);
  EXPECT_EQ(refused.status, 409u);
  const auto error = parsed<frames::Error>(refused.body);
  EXPECT_EQ(error.code(), "generation_passed");
  EXPECT_EQ(error.generation().number(), 2u);
  EXPECT_EQ(error.generation().tick(), two);
  EXPECT_EQ(ana.status().generation().tick(), two);
}

TEST_F(GenerationTest, ARestoredServerLetsADeviceGoOnFromItsOwnNumber) {
  EXPECT_EQ(advance("", 1, one).status, 200u);
  const auto backup = world.back_up("a.db");
  EXPECT_EQ(advance(one, 2, two).status, 200u);
  world.restore(backup);
  EXPECT_EQ(advance(two, 3, three).status, 409u) << "it does not know the tick";
  EXPECT_EQ(advance(one, 3, three).status, 200u);
  EXPECT_EQ(ana.status().generation().number(), 3u);
}

TEST_F(GenerationTest, ANumberIsNotSkipped) {
  EXPECT_EQ(advance("", 1, one).status, 200u);
  EXPECT_EQ(advance(one, 3, two).status, 409u);
}

}  // namespace
}  // namespace sotto::test

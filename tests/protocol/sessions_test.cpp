#include <gtest/gtest.h>

#include <array>

#include "protocol/person.hpp"
#include "protocol/session/prekey_message.hpp"

namespace sotto::protocol {
namespace {

using test::Person;

constexpr const char* alice_id = "9d0652a3-dcc3-4d11-975f-74d61598733f";
constexpr const char* bob_id = "796abedb-ca4e-4f18-8803-1fde5b921f9f";

base::View view(std::string_view text) { return base::view(text); }

class Sessions : public testing::Test {
 protected:
  Sessions() { EXPECT_TRUE(alice.start(bob.publish(true), bob.address)); }

  test::Sent from_alice(std::string_view text) { return *alice.send(bob.address, view(text)); }
  test::Sent from_bob(std::string_view text) { return *bob.send(alice.address, view(text)); }
  std::string to_bob(const test::Sent& sent) { return base::text(bob.receive(alice.address, sent).value()); }
  std::string to_alice(const test::Sent& sent) { return base::text(alice.receive(bob.address, sent).value()); }
  Error refused_by_bob(const test::Sent& sent) {
    const auto before = bob.record.serialize();
    const auto received = bob.receive(alice.address, sent);
    EXPECT_FALSE(received.has_value());
    EXPECT_TRUE(base::same(bob.record.serialize().expose(), before.expose()));
    return received.error();
  }
  void acknowledge() {
    to_bob(from_alice("hello"));
    to_alice(from_bob("hello yourself"));
  }

  Person alice{alice_id, 1, 11}, bob{bob_id, 2, 22};
};

TEST_F(Sessions, StayPendingUntilTheOtherEndAnswers) {
  const auto first = from_alice("one"), second = from_alice("two");
  EXPECT_EQ(first.type, MessageType::prekey);
  EXPECT_EQ(second.type, MessageType::prekey);
  const auto parsed_first = PreKeySignalMessage::parse(first.bytes),
             parsed_second = PreKeySignalMessage::parse(second.bytes);
  EXPECT_EQ(parsed_first->base_key, parsed_second->base_key);
  EXPECT_EQ(parsed_first->kyber_ciphertext, parsed_second->kyber_ciphertext);
  EXPECT_EQ(parsed_second->message.counter, 1u);
  EXPECT_TRUE(parsed_first->message.addresses.has_value());

  EXPECT_EQ(to_bob(second), "two");
  EXPECT_EQ(to_bob(first), "one");  // the one-time prekey is gone, and not needed
  EXPECT_TRUE(bob.one_time.empty());
  EXPECT_EQ(to_alice(from_bob("three")), "three");
  EXPECT_FALSE(alice.record.is_pending());
  EXPECT_EQ(from_alice("four").type, MessageType::signal);
}

TEST_F(Sessions, ReadMessagesInAnyOrderAndEachOnce) {
  acknowledge();
  std::array<test::Sent, 5> sent{from_alice("0"), from_alice("1"), from_alice("2"), from_alice("3"), from_alice("4")};
  for (const std::size_t i : {4u, 2u, 0u, 3u, 1u}) EXPECT_EQ(to_bob(sent[i]), std::to_string(i));
  for (const auto& one : sent) EXPECT_EQ(refused_by_bob(one), Error::duplicate_message);
}

TEST_F(Sessions, RefuseEveryFlippedBitAndKeepTheRecord_A24) {
  acknowledge();
  const auto sent = from_alice("attack at dawn");
  for (std::size_t bit = 0; bit < sent.bytes.size() * 8; ++bit) {
    test::Sent forged = sent;
    forged.bytes[bit / 8] = static_cast<std::uint8_t>(forged.bytes[bit / 8] ^ (1u << bit % 8));
    EXPECT_NE(refused_by_bob(forged), Error::duplicate_message) << bit;
  }
  EXPECT_EQ(to_bob(sent), "attack at dawn");
}

TEST_F(Sessions, RefuseEveryTruncation) {
  const auto sent = from_alice("whole");
  for (std::size_t size = 0; size < sent.bytes.size(); size += 1 + size / 64) {
    EXPECT_EQ(refused_by_bob({sent.type, base::blob(base::View(sent.bytes).first(size))}), Error::invalid_message);
  }
  EXPECT_EQ(to_bob(sent), "whole");
}

TEST_F(Sessions, RefuseAPrekeyMessageForAnotherDevice) {
  const auto sent = from_alice("to device 2");
  bob.address.device = DeviceId(3);
  EXPECT_EQ(refused_by_bob(sent), Error::invalid_message);
  bob.address.device = DeviceId(2);
  EXPECT_EQ(to_bob(sent), "to device 2");
}

TEST_F(Sessions, RefuseARepeatedPrekeyMessageThatNamesAnotherIdentity) {
  to_bob(from_alice("first"));
  auto second = from_alice("second");
  const auto mine = alice.identity.public_key.serialize();
  const auto found = std::ranges::search(second.bytes, mine);
  ASSERT_FALSE(found.empty());
  std::ranges::copy(crypto::KeyPair::generate(alice.random).public_key.u(), found.begin() + 1);
  EXPECT_EQ(refused_by_bob(second), Error::invalid_message);
}

TEST_F(Sessions, NeedTheOneTimePrekeyThatAMessageNames) {
  const auto sent = from_alice("late");
  bob.one_time.clear();
  EXPECT_EQ(refused_by_bob(sent), Error::unknown_prekey);
}

TEST_F(Sessions, WorkWithoutAOneTimePrekey) {
  ASSERT_TRUE(alice.start(bob.publish(false), bob.address));
  EXPECT_EQ(to_bob(from_alice("no one-time key")), "no one-time key");
  EXPECT_EQ(to_alice(from_bob("fine")), "fine");
}

TEST_F(Sessions, EndAtThirtyDaysWithoutAnAnswerButStillReceive) {
  const auto early = from_alice("early");
  alice.now_ms += max_pending_age_ms;
  EXPECT_TRUE(alice.send(bob.address, view("just in time")));
  alice.now_ms += 1;
  EXPECT_FALSE(alice.record.can_send(alice.now_ms));
  EXPECT_EQ(alice.send(bob.address, view("too late")).error(), Error::no_session);
  to_bob(early);
  EXPECT_EQ(to_alice(from_bob("at last")), "at last");
  EXPECT_TRUE(alice.send(bob.address, view("on we go")));
}

TEST_F(Sessions, CountOverAllTurnsWithEachSideSpeaking) {
  acknowledge();
  for (int turn = 0; turn < 20; ++turn) {
    EXPECT_EQ(to_bob(from_alice("ping")), "ping");
    EXPECT_EQ(to_alice(from_bob("pong")), "pong");
    alice.restart();
    bob.restart();
  }
  EXPECT_LE(bob.record.current()->receiving.size(), max_receiving_chains);
}

TEST_F(Sessions, GoThroughTwentyEpochsWithLossAndRestarts) {
  acknowledge();
  const auto epoch = [](const Person& person) { return person.record.current()->spqr.braid.epoch(); };
  for (int turn = 0; epoch(alice) <= 20 && turn < 4'000; ++turn) {
    const auto ping = from_alice("ping"), pong = from_alice("ping again");
    if (turn % 3 != 0) {
      EXPECT_EQ(to_bob(pong), "ping again");
    }
    if (turn % 2 == 0) {
      EXPECT_EQ(to_bob(ping), "ping");
    }
    const auto answer = from_bob("pong");
    if (turn % 5 != 0) {
      EXPECT_EQ(to_alice(answer), "pong");
    }
    alice.restart();
    bob.restart();
  }
  EXPECT_GT(epoch(alice), 20u);
  EXPECT_GE(epoch(bob), 20u);
}

// The post-quantum ratchet can be the tighter of the two: it keeps the epoch it sends in and the one before (spqr.md
// §8).
TEST_F(Sessions, OfLongBurstsLoseLateMessagesToTheirEpochBeforeTheirChain) {
  std::vector<test::Sent> held;
  for (int round = 1; round <= 5; ++round) {
    for (int i = 0; i < 60; ++i) {
      auto sent = from_alice("a");
      if (round == 1 && i % 20 == 10) {
        held.push_back(std::move(sent));
      } else {
        EXPECT_EQ(to_bob(sent), "a");
      }
    }
    for (int i = 0; i < 60; ++i) EXPECT_EQ(to_alice(from_bob("b")), "b");
    if (round == 3 || round == 4) {
      EXPECT_EQ(to_bob(held[static_cast<std::size_t>(round) - 3]), "a");
    }
  }
  const auto late = PreKeySignalMessage::parse(held[2].bytes);
  ASSERT_TRUE(late.has_value());
  EXPECT_TRUE(bob.record.current()->receiving.find(late->message.ratchet_key).has_value());
  EXPECT_EQ(refused_by_bob(held[2]), Error::invalid_message);
}

TEST_F(Sessions, KeepOnlyTheLastFiveChains) {
  acknowledge();
  std::vector<test::Sent> held;
  for (int turn = 0; turn < 8; ++turn) {
    held.push_back(from_alice("held " + std::to_string(turn)));
    to_bob(from_alice("delivered"));
    to_alice(from_bob("turn"));
  }
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(refused_by_bob(held[i]), Error::invalid_message);
  for (std::size_t i = 3; i < 8; ++i) EXPECT_EQ(to_bob(held[i]), "held " + std::to_string(i));
}

TEST_F(Sessions, ConvergeWhenBothStartAtOnce) {
  ASSERT_TRUE(bob.start(alice.publish(true), alice.address));
  const auto a = from_alice("from alice"), b = from_bob("from bob");
  EXPECT_EQ(to_bob(a), "from alice");
  EXPECT_EQ(to_alice(b), "from bob");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(to_bob(from_alice("x")), "x");
    EXPECT_EQ(to_alice(from_bob("y")), "y");
  }
  EXPECT_EQ(from_alice("settled").type, MessageType::signal);
  EXPECT_EQ(from_bob("settled").type, MessageType::signal);
}

TEST_F(Sessions, ReceiveOnTheFortyNewestArchivedSessions_A23) {
  to_bob(from_alice("0"));
  std::vector<test::Sent> replies{from_bob("reply 0")};
  for (int i = 1; i < 43; ++i) {
    ASSERT_TRUE(alice.start(bob.publish(true), bob.address));
    to_bob(from_alice("again"));
    replies.push_back(from_bob("reply " + std::to_string(i)));
  }
  EXPECT_EQ(alice.record.archived_count(), max_archived);
  EXPECT_EQ(alice.receive(bob.address, replies[0]).error(), Error::invalid_message);
  EXPECT_EQ(alice.receive(bob.address, replies[1]).error(), Error::invalid_message);
  EXPECT_EQ(to_alice(replies[2]), "reply 2");
  EXPECT_EQ(alice.record.archived_count(), max_archived);
}

TEST_F(Sessions, PromoteTheArchivedSessionThatAMessageBelongsTo_A24) {
  acknowledge();
  const auto old = from_bob("on the old session");
  const auto old_base_key = alice.record.current()->base_key;
  ASSERT_TRUE(alice.start(bob.publish(true), bob.address));
  EXPECT_EQ(to_alice(old), "on the old session");
  EXPECT_EQ(alice.record.current()->base_key, old_base_key);
  EXPECT_EQ(to_bob(from_alice("both ways")), "both ways");
}

TEST_F(Sessions, ReceiveButDoNotSendAfterAReset) {
  acknowledge();
  const auto under_way = from_bob("under way");
  alice.record = alice.record.with_current_archived();
  EXPECT_EQ(alice.send(bob.address, view("x")).error(), Error::no_session);
  EXPECT_EQ(to_alice(under_way), "under way");
  EXPECT_TRUE(alice.send(bob.address, view("promoted again")));
}

TEST_F(Sessions, AreNeededForASessionMessage) {
  acknowledge();
  const auto sent = from_alice("hello?");
  Person stranger(bob_id, 2, 33);
  EXPECT_EQ(stranger.receive(alice.address, sent).error(), Error::no_session);
  EXPECT_EQ(stranger.send(alice.address, view("x")).error(), Error::no_session);
}

TEST_F(Sessions, AskTheTrustRuleAtTheMomentsOfTheTable) {
  std::vector<Use> asked;
  bool answer = true;
  const Trust rule = [&](const Address&, const crypto::PublicKey&, Use use) {
    asked.push_back(use);
    return answer;
  };
  const auto first = from_alice("first");
  bob.trust = rule;
  answer = false;
  EXPECT_EQ(refused_by_bob(first), Error::untrusted_identity);
  EXPECT_EQ(refused_by_bob({MessageType::prekey, {}}), Error::invalid_message);  // not even parsed: not asked
  answer = true;
  to_bob(first);
  EXPECT_EQ(asked, (std::vector{Use::receiving, Use::receiving}));

  asked.clear();
  answer = false;
  const auto before = bob.record.serialize();
  EXPECT_EQ(bob.send(alice.address, view("no")).error(), Error::untrusted_identity);
  EXPECT_TRUE(base::same(bob.record.serialize().expose(), before.expose()));
  EXPECT_EQ(asked, std::vector{Use::sending});
  answer = true;
  to_alice(from_bob("yes"));

  asked.clear();
  answer = false;
  auto second = from_alice("second");
  EXPECT_EQ(refused_by_bob(second), Error::untrusted_identity);
  EXPECT_EQ(asked, std::vector{Use::receiving});
  second.bytes.back() ^= 1;
  EXPECT_EQ(refused_by_bob(second), Error::invalid_message);  // asked only after decryption
  EXPECT_EQ(asked.size(), 1u);
  answer = true;
  second.bytes.back() ^= 1;
  EXPECT_EQ(to_bob(second), "second");
}

// The post-quantum ratchet counts from 1 where the chain counts from 0, so its limit is reached one message earlier.
TEST(Jumps, OfAPeerEndAt25000AndLeave2000Seeds_A23) {
  Person alice(alice_id, 1, 11), bob(bob_id, 2, 22);
  ASSERT_TRUE(alice.start(bob.publish(true), bob.address));
  std::vector<test::Sent> held;
  for (int i = 0; i <= 25'000; ++i) held.push_back(*alice.send(bob.address, view("m")));
  const auto outcome = [&](std::size_t i) { return bob.receive(alice.address, held[i]); };
  EXPECT_EQ(outcome(25'000).error(), Error::invalid_message);
  EXPECT_TRUE(outcome(24'999));
  EXPECT_EQ(bob.record.current()->receiving.back().skipped.size(), max_skipped);
  EXPECT_TRUE(outcome(22'999));
  EXPECT_EQ(outcome(22'998).error(), Error::duplicate_message);
  EXPECT_TRUE(outcome(25'000));
}

TEST(Jumps, OfOnesOwnDevicesGoFurther) {
  Person phone(alice_id, 1, 44), laptop(alice_id, 2, 44);
  ASSERT_EQ(phone.identity.public_key, laptop.identity.public_key);
  ASSERT_TRUE(phone.start(laptop.publish(true), laptop.address));
  for (int i = 0; i < 26'000; ++i) ASSERT_TRUE(phone.send(laptop.address, view("lost")));
  EXPECT_TRUE(laptop.receive(phone.address, *phone.send(laptop.address, view("read"))));
}

TEST_F(Sessions, RefuseAMessageWhosePostQuantumPartIsStripped_A22) {
  acknowledge();
  const auto sent = from_alice("pq");
  const auto message = SignalMessage::parse(sent.bytes);
  ASSERT_TRUE(message);
  const base::Blob forged =
      SignalMessage::write({.ratchet_key = message->ratchet_key,
                            .counter = message->counter,
                            .previous_counter = message->previous_counter,
                            .ciphertext = message->ciphertext,
                            .pq_ratchet = {},
                            .addresses = std::nullopt},
                           MacKey(base::Bytes<32>{}), {alice.identity.public_key, bob.identity.public_key});
  EXPECT_EQ(refused_by_bob({sent.type, forged}), Error::invalid_message);
  EXPECT_EQ(to_bob(sent), "pq");
}

TEST_F(Sessions, CarryEmptyAndLongTexts) {
  acknowledge();
  EXPECT_EQ(to_bob(from_alice("")), "");
  const std::string text(100'000, 'x');
  EXPECT_EQ(to_bob(from_alice(text)), text);
}

TEST_F(Sessions, RecordsComeBackByteForByte) {
  acknowledge();
  ASSERT_TRUE(alice.start(bob.publish(true), bob.address));
  const auto bytes = alice.record.serialize();
  const auto again = Record::parse(bytes.expose());
  ASSERT_TRUE(again);
  EXPECT_TRUE(base::same(again->serialize().expose(), bytes.expose()));
  EXPECT_EQ(again->archived_count(), 1u);
  EXPECT_TRUE(again->is_pending());
}

TEST_F(Sessions, TornRecordsAreRefused) {
  acknowledge();
  const auto bytes = alice.record.serialize();
  const base::View whole = bytes.expose();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto torn = Record::parse(whole.first(size));
    ASSERT_FALSE(torn.has_value()) << size;
    EXPECT_EQ(torn.error(), Error::invalid_session);
  }
  base::Blob other_version = base::blob(whole);
  other_version[0] = 3;
  EXPECT_EQ(Record::parse(other_version).error(), Error::invalid_session);
}

TEST_F(Sessions, AnUnreadableArchivedSessionIsSkipped) {
  acknowledge();
  const auto under_way = from_bob("still readable");
  base::Blob bytes = base::blob(alice.record.with_current_archived().serialize().expose());
  const base::Blob rubbish{2, 0, 0, 0, 3, 1, 2, 3};  // two archived sessions, the first of three bytes
  bytes.erase(bytes.begin() + 1);
  bytes.insert(bytes.begin() + 1, rubbish.begin(), rubbish.end());
  auto record = Record::parse(bytes);
  ASSERT_TRUE(record);
  alice.record = *std::move(record);
  EXPECT_EQ(to_alice(under_way), "still readable");
}

}  // namespace
}  // namespace sotto::protocol

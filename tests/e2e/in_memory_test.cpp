// Client and server in one process, in memory and under virtual time: hours and months pass in milliseconds.
#include <gtest/gtest.h>

#include <chrono>

#include "base/encoding.hpp"
#include "client/prekey_stock.hpp"
#include "client/session_context.hpp"
#include "e2e/town.hpp"
#include "store/sessions.hpp"

namespace sotto::test {
namespace {

using namespace std::chrono_literals;
using Texts = std::vector<std::string>;
constexpr auto day = 24h;

protocol::Record session_with(Resident& at, Resident& remote) {
  const wire::AccountId account = remote.own().account_id;
  return *at.home->transact([&](store::Transaction& in) -> base::Result<protocol::Record, store::Problem> {
    return *client::load_record(in, account, wire::DeviceNumber(1));
  });
}

TEST(InMemory, TwoPeopleConverseBothWaysInOrder) {
  Town town;
  Resident &ana = town.resident("ana"), &ben = town.resident("ben");
  Town::introduce(ana, ben);
  Texts to_ben, to_ana;
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 3; ++i) {
      to_ben.push_back("to ben " + std::to_string(round) + "." + std::to_string(i));
      const auto sent = ana.write(ben, to_ben.back());
      ASSERT_TRUE(sent) << sent.error().message;
      EXPECT_EQ(sent->state, store::State::sent);
    }
    ASSERT_TRUE(ben.listen());
    to_ana.push_back("to ana " + std::to_string(round));
    ASSERT_TRUE(ben.write(ana, to_ana.back()));
    ASSERT_TRUE(ana.listen());
  }
  EXPECT_EQ(ben.texts(), to_ben);
  EXPECT_EQ(ana.texts(), to_ana);
  EXPECT_FALSE(session_with(ana, ben).is_pending());
  EXPECT_EQ(ana.status().queued + ben.status().queued, 0u);
}

TEST(InMemory, WhoWritesFirstIsShownAsAStranger) {
  Town town;
  Resident &ana = town.resident("ana"), &ben = town.resident("ben");
  ASSERT_TRUE(ana.add(ben));
  ASSERT_TRUE(ana.write(ben, "you don't know me"));
  ASSERT_TRUE(ben.listen());
  ASSERT_EQ(ben.heard.size(), 1u);
  EXPECT_TRUE(ben.heard[0].is_stranger);
  EXPECT_EQ(ben.heard[0].sender_name, "ana");
  EXPECT_FALSE(ben.write(ana, "by the name that she chose")) << "A-14";
  ASSERT_TRUE(ben.add(ana));
  ASSERT_TRUE(ben.write(ana, "now I do"));
  ASSERT_TRUE(ana.listen());
  EXPECT_EQ(ana.texts(), Texts{"now I do"});
  EXPECT_FALSE(ana.heard[0].is_stranger);
}

TEST(InMemory, WhatWasWrittenWithoutANetworkGoesOutLaterInOrder) {
  Town town;
  Resident &ana = town.resident("ana"), &ben = town.resident("ben");
  Town::introduce(ana, ben);
  town.disconnect();
  for (const char* text : {"one", "two", "three"}) {
    const auto refused = ana.write(ben, text);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().error, client::Error::unreachable);
  }
  town.network.set_down(false);
  ASSERT_TRUE(ana.run(ana.engine->drain_outbox()));
  ASSERT_TRUE(ben.listen());
  EXPECT_EQ(ben.texts(), (Texts{"one", "two", "three"}));
}

TEST(InMemory, TheLargestTextArrivesWhole) {
  Town town;
  Resident &ana = town.resident("ana"), &ben = town.resident("ben");
  Town::introduce(ana, ben);
  const std::string text(wire::max_text, 'x');
  ASSERT_TRUE(ana.write(ben, text));
  EXPECT_FALSE(ana.write(ben, text + "x"));
  ASSERT_TRUE(ben.listen());
  ASSERT_EQ(ben.heard.size(), 1u);
  EXPECT_EQ(ben.heard[0].message.body, text);
}

TEST(InMemory, HoursOfPatienceAreOverAtOnce) {
  Town town;
  Resident& ana = town.resident("ana");
  const auto real_start = std::chrono::steady_clock::now();
  const auto start = town.time.monotonic();
  ASSERT_TRUE(ana.listen(10h));
  EXPECT_GE(town.time.monotonic() - start, 10h);
  EXPECT_LT(town.time.monotonic() - start, 11h);
  EXPECT_LT(std::chrono::steady_clock::now() - real_start, 60s);
}

TEST(InMemory, EachMessageRenewsThePatience) {
  Town town;
  Resident &ana = town.resident("ana"), &ben = town.resident("ben");
  Town::introduce(ana, ben);
  const auto later = town.time.after(40min, [&] {
    CHECK(ana.engine->enqueue("ben", "late, but there"));
    net::spawn(town.io.get_executor(), [](Resident& who) -> net::asio::awaitable<void> {
      const auto sent = co_await who.engine->drain_outbox();
      CHECK(sent);
    }(ana));
  });
  const auto start = town.time.monotonic();
  ASSERT_TRUE(ben.listen(1h));
  EXPECT_EQ(ben.texts(), Texts{"late, but there"});
  EXPECT_GE(town.time.monotonic() - start, 100min);
}

TEST(InMemory, WhoListensForEverConnectsAgainAfterEveryCut) {
  Town town;
  Resident &ana = town.resident("ana"), &ben = town.resident("ben");
  Town::introduce(ana, ben);
  ben.keep_listening();
  Texts written;
  for (int i = 0; i < 4; ++i) {
    town.time.run_for(2min);
    written.push_back("after cut " + std::to_string(i));
    ASSERT_TRUE(ana.write(ben, written.back()));
    ASSERT_TRUE(town.time.run_until([&] { return ben.heard.size() == written.size(); }, 5min));
    town.network.cut_all();
  }
  town.disconnect();
  town.time.run_for(3h);
  town.network.set_down(false);
  written.push_back("after a long night");
  ASSERT_TRUE(ana.write(ben, written.back()));
  EXPECT_TRUE(town.time.run_until([&] { return ben.heard.size() == written.size(); }, 2min));
  EXPECT_EQ(ben.texts(), written);
}

TEST(InMemory, AServerThatStartsAgainHasEverything) {
  Town town;
  Resident &ana = town.resident("ana"), &ben = town.resident("ben");
  Town::introduce(ana, ben);
  ASSERT_TRUE(ana.write(ben, "before"));
  town.restart();
  ASSERT_TRUE(ana.write(ben, "after"));
  ASSERT_TRUE(ben.listen());
  EXPECT_EQ(ben.texts(), (Texts{"before", "after"}));
}

wire::DeviceBundle bundle_of(Town& town, Resident& whom) {
  client::Post post(town.network, town.time, {.authority = *wire::Authority::parse("here:443"), .ca_pem = ""});
  std::optional<wire::Permit> permit;
  CHECK(whom.home->transact([&](store::Transaction& in) -> base::Result<void, store::Problem> {
    permit = client::permits::contact_permit(store::permits::profile_key(in, whom.random));
    return {};
  }));
  const auto bundles = net::run(town.time, post.bundles(whom.own().account_id, *permit));
  CHECK(bundles && *bundles && (*bundles)->size() == 1);
  return (*bundles)->front();
}

TEST(InMemory, WhoKnockedWritesByPermitAfterTheFirstAnswer) {
  Town town;
  Resident &ana = town.resident("ana"), &ben = town.resident("ben");
  ASSERT_TRUE(ana.run(ana.engine->add_contact("ben", "ben")));
  const auto permits_of_ben = [&] {
    return ana.home.number("SELECT count(*) FROM contacts WHERE nickname = 'ben' AND permit IS NOT NULL");
  };
  ASSERT_TRUE(ana.write(ben, "a knock"));
  ASSERT_TRUE(ben.listen());
  EXPECT_EQ(permits_of_ben(), 0);
  ASSERT_TRUE(ben.run(ben.engine->add_contact("ana", "ana")));
  ASSERT_TRUE(ben.write(ana, "an answer"));
  ASSERT_TRUE(ana.listen());
  EXPECT_EQ(permits_of_ben(), 1);
}

TEST(InMemory, ARefusedPermitDoesNotMakeAnyoneWriteInTheirOwnName) {
  Town town;
  Resident &ana = town.resident("ana"), &ben = town.resident("ben");
  ASSERT_TRUE(ana.run(ana.engine->add_contact("ben", "ben")));
  ASSERT_TRUE(ana.write(ben, "a knock"));
  ASSERT_TRUE(ben.listen());
  ASSERT_TRUE(ben.run(ben.engine->add_contact("ana", "ana")));
  ASSERT_TRUE(ben.write(ana, "an answer"));
  ASSERT_TRUE(ana.listen());
  ana.home.run("UPDATE contacts SET permit = x'00112233445566778899aabbccddeeff'");  // the server says no to it
  EXPECT_FALSE(ana.write(ben, "in nobody's name"));
  ASSERT_TRUE(ben.listen());
  EXPECT_EQ(ben.texts(), Texts{"a knock"});
}

TEST(InMemory, PrekeysAreRenewedAfterTwoDays) {
  Town town;
  Resident& ben = town.resident("ben");
  const auto before = bundle_of(town, ben);
  town.time.run_for(47h);
  ASSERT_TRUE(ben.listen());
  EXPECT_EQ(bundle_of(town, ben).signed_prekey.id, before.signed_prekey.id);
  town.time.run_for(2h);
  ASSERT_TRUE(ben.listen());
  const auto after = bundle_of(town, ben);
  EXPECT_NE(after.signed_prekey.id, before.signed_prekey.id);
  EXPECT_NE(after.signed_prekey.key, before.signed_prekey.key);
  EXPECT_EQ(ben.home.number("SELECT count(*) FROM signed_prekeys"), 2) << "the old private half answers who is late";
}

TEST(InMemory, PrekeysAreRenewedWhileAConnectionStandsForDays) {
  Town town;
  Resident &ana = town.resident("ana"), &ben = town.resident("ben");
  const auto before = bundle_of(town, ben);
  ben.keep_listening();
  town.time.run_for(5 * day);
  EXPECT_GE(bundle_of(town, ben).signed_prekey.id, before.signed_prekey.id + 2);
  Town::introduce(ana, ben);
  ASSERT_TRUE(ana.write(ben, "still there?"));
  EXPECT_TRUE(town.time.run_until([&] { return ben.heard.size() == 1; }, 1min));
}

TEST(InMemory, AnUploadOfPrekeysWithoutAnAnswerIsSentAgain) {
  Town town;
  Resident& ben = town.resident("ben");
  town.time.run_for(3 * day);
  const auto kept = ben.home->transact([&](store::Transaction& in) -> base::Result<void, store::Problem> {
    const auto account = store::own_account::load(in);
    const auto made = client::prekey_stock::upload(in, account->identity.private_key, {}, town.time.now(), ben.random);
    EXPECT_TRUE(made);
    return {};
  });
  ASSERT_TRUE(kept);
  ben.restart();
  const auto halves = ben.home.number("SELECT count(*) FROM one_time_prekeys");
  ASSERT_TRUE(ben.listen());
  EXPECT_EQ(bundle_of(town, ben).signed_prekey.id, 2u);
  EXPECT_EQ(ben.home.number("SELECT count(*) FROM one_time_prekeys"), halves) << "no others were made";
  EXPECT_EQ(ben.home.number("SELECT count(*) FROM prekey_upload"), 0);
}

TEST(InMemory, OldPrivateHalvesAreForgottenAfterThirtyDays) {
  Town town;
  Resident& ben = town.resident("ben");
  for (int i = 0; i < 20; ++i) {
    town.time.run_for(2 * day);
    ASSERT_TRUE(ben.listen());
  }
  EXPECT_LE(ben.home.number("SELECT count(*) FROM signed_prekeys"), 17);
  EXPECT_LE(ben.home.number("SELECT count(*) FROM kyber_prekeys WHERE is_last_resort = 1"), 17);
  EXPECT_GE(ben.home.number("SELECT count(*) FROM signed_prekeys"), 15);
}

TEST(InMemory, AMessageOnAnOldSessionBringsBackNoChainThatAnotherCopyHasUsed) {
  Town town;
  Resident &ana = town.resident("ana"), &ben = town.resident("ben");
  Town::introduce(ana, ben);
  ASSERT_TRUE(ana.write(ben, "one"));
  ASSERT_TRUE(ben.listen());
  ASSERT_TRUE(ben.write(ana, "two"));
  ASSERT_TRUE(ana.listen());  // her chain is new, and nothing has left it
  ana.engine.reset();
  const auto copy = ana.home.copy();
  ana.restart();
  ASSERT_TRUE(ana.write(ben, "from the other life"));
  ana.engine.reset();
  ana.home.put_back(copy);
  ana.restart();
  ASSERT_TRUE(ana.listen());  // it is seen that this is a copy
  ASSERT_TRUE(ben.write(ana, "on the old session"));
  ASSERT_TRUE(ana.listen());
  ASSERT_TRUE(ana.write(ben, "from this life"));
  ASSERT_TRUE(ben.listen());
  EXPECT_EQ(ben.texts(), (Texts{"one", "from the other life", "from this life"}));
}

TEST(InMemory, ASessionThatAnAnswerTurnedIsKept) {
  Town town;
  Resident &ana = town.resident("ana"), &ben = town.resident("ben");
  Town::introduce(ana, ben);
  ASSERT_TRUE(ana.write(ben, "first"));
  ASSERT_TRUE(ben.listen());
  ASSERT_TRUE(ben.write(ana, "heard"));
  ASSERT_TRUE(ana.listen());
  const auto first = session_with(ana, ben).current()->base_key;
  town.time.run_for(20 * day);  // nothing left the new chain yet
  ASSERT_TRUE(ana.write(ben, "second"));
  EXPECT_EQ(session_with(ana, ben).current()->base_key, first);
}

TEST(InMemory, OneTimePrekeysAreToppedUpWhenTheirTimeHasCome) {
  Town town;
  Resident& ben = town.resident("ben");
  for (int i = 0; i < 60; ++i) bundle_of(town, ben);
  EXPECT_EQ(ben.status().one_time_prekeys, 40u);
  town.time.run_for(std::chrono::hours(6));
  ASSERT_TRUE(ben.listen());
  EXPECT_EQ(ben.status().one_time_prekeys, 100u);
  EXPECT_EQ(ben.status().one_time_kyber_prekeys, 100u);
}

TEST(InMemory, WhoTakesPrekeysDoesNotSeeByTheirNumberWhenTheDeviceIsThere) {
  Town town;
  Resident& ben = town.resident("ben");
  for (int i = 0; i < 60; ++i) bundle_of(town, ben);
  ASSERT_TRUE(ben.listen());
  EXPECT_EQ(ben.status().one_time_prekeys, 40u);
}

TEST(InMemory, AMailboxThatStaysOpenTopsUpAtTheSameTimes) {
  Town town;
  Resident& ben = town.resident("ben");
  ben.keep_listening();
  town.time.settle();
  for (int i = 0; i < 60; ++i) bundle_of(town, ben);
  town.time.run_for(std::chrono::hours(6));
  EXPECT_EQ(ben.status().one_time_prekeys, 100u);
}

TEST(InMemory, ASessionThatNobodyAnsweredForSevenDaysIsFollowedByANewOne) {
  Town town;
  Resident &ana = town.resident("ana"), &ben = town.resident("ben");
  Town::introduce(ana, ben);
  ASSERT_TRUE(ana.write(ben, "first"));
  const auto first = session_with(ana, ben).current()->base_key;
  town.time.run_for(6 * day);
  ASSERT_TRUE(ana.write(ben, "second"));
  EXPECT_EQ(session_with(ana, ben).current()->base_key, first);
  town.time.run_for(day);
  ASSERT_TRUE(ana.write(ben, "third"));
  EXPECT_NE(session_with(ana, ben).current()->base_key, first);
  EXPECT_EQ(session_with(ana, ben).archived_count(), 1u);
  ASSERT_TRUE(ben.listen());
  EXPECT_EQ(ben.texts(), (Texts{"first", "second", "third"}));
}

TEST(InMemory, ClientTimeGrowsEvenIfTheClockGoesBack) {
  Town town;
  Resident &ana = town.resident("ana"), &ben = town.resident("ben");
  Town::introduce(ana, ben);
  std::vector<base::Timestamp> sent;
  for (const std::int64_t ahead : {0l, 0l, -3'600'000l, -86'400'000l, 1l}) {
    ana.clock.ahead_ms = ahead;
    const auto message = ana.write(ben, "tick");
    ASSERT_TRUE(message);
    sent.push_back(message->sent_at);
  }
  for (std::size_t i = 1; i < sent.size(); ++i) EXPECT_GT(sent[i], sent[i - 1]) << i;
  ASSERT_TRUE(ben.listen());
  ASSERT_EQ(ben.heard.size(), sent.size());
  for (std::size_t i = 0; i < sent.size(); ++i) {
    EXPECT_EQ(ben.heard[i].message.sent_at, sent[i]);
    EXPECT_EQ(ben.heard[i].message.seq, i + 1);
  }
}

TEST(InMemory, AFullStoreAcknowledgesNothing) {
  Town town;
  Resident &ana = town.resident("ana"), &ben = town.resident("ben");
  Town::introduce(ana, ben);
  ASSERT_TRUE(ana.write(ben, std::string(200'000, 'x')));
  ben.home.limit_pages(ben.home.pages());
  const auto before = ben.home.dump();
  const auto refused = ben.listen();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("disk is full"), std::string::npos) << refused.error().message;
  EXPECT_EQ(ben.home.dump(), before);
  EXPECT_EQ(ben.status().queued, 1u);
  ben.home.limit_pages(0);
  ASSERT_TRUE(ben.listen());
  EXPECT_EQ(ben.heard.size(), 1u);
  EXPECT_EQ(ben.status().queued, 0u);
}

TEST(InMemory, ManyPeopleWriteToOneAndAllIsThere) {
  Town town;
  Resident& ana = town.resident("ana");
  std::size_t written = 0;
  for (int i = 0; i < 6; ++i) {
    Resident& one = town.resident("person" + std::to_string(i));
    ASSERT_TRUE(one.add(ana));
    for (int n = 0; n < 4; ++n, ++written) ASSERT_TRUE(one.write(ana, one.name + " says " + std::to_string(n)));
  }
  ASSERT_TRUE(ana.listen());
  EXPECT_EQ(ana.heard.size(), written);
}

}  // namespace
}  // namespace sotto::test

// A hostile server, or a hostile contact, and what is delivered: lost, doubled, turned round, put elsewhere, asked for
// without end. Each attack fails, and the person hears of it.
#include <gtest/gtest.h>

#include "client/people.hpp"
#include "e2e/hostile/hostile_town.hpp"

namespace sotto::test::hostile {
namespace {

using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

struct HostileServerDelivery : testing::Test {
  HostileServerDelivery() {
    Town::introduce(ana, ben);
    Town::introduce(ben, eve);
  }
  /// Both have each other's profile key and settled sessions, and nothing is under way.
  void make_acquainted(Resident& one, Resident& another) {
    ASSERT_TRUE(one.write(another, "hello"));
    town.settle(3);
    ASSERT_TRUE(another.write(one, "hello, too"));
    town.settle(8);
    one.heard.clear(), another.heard.clear();
  }
  std::size_t sent_requests() const {
    return static_cast<std::size_t>(std::ranges::count(town.shim.passed, "POST /v1/messages"));
  }

  HostileTown town;
  Resident &ana = town.resident("ana"), &ben = town.resident("ben"), &eve = town.resident("eve");
};

TEST_F(HostileServerDelivery, WhatTheServerSwallowsIsMissedToldAndSentAgain_A30_A35) {
  make_acquainted(ana, ben);
  auto& swallows = town.shim.add<Swallows>();
  ASSERT_TRUE(ana.write(ben, "swallowed"));
  EXPECT_EQ(swallows.swallowed, 1);
  town.shim.clear();
  ASSERT_TRUE(ana.write(ben, "arrives"));
  ASSERT_TRUE(ben.listen());
  EXPECT_EQ(ben.texts(), Texts{"arrives"});
  ASSERT_FALSE(ben.notices.empty());
  EXPECT_EQ(ben.told().back(), "message_missing");
  EXPECT_NE(ben.notices.back().words.find("a message from ana is missing"), std::string::npos);
  town.settle();
  EXPECT_EQ(ben.texts(), (Texts{"arrives", "swallowed"})) << "it was asked for";
}

TEST_F(HostileServerDelivery, WhatTheServerSwallowsIsNeverCalledDelivered_A30) {
  make_acquainted(ana, ben);
  town.shim.add<Swallows>();
  const auto sent = ana.write(ben, "swallowed");
  ASSERT_TRUE(sent);
  town.settle();
  EXPECT_EQ(ana.engine->message(sent->id)->state, store::State::sent);
}

TEST_F(HostileServerDelivery, WhatComesManyTimesIsShownOnceAndChangesNothing_A24) {
  make_acquainted(ana, ben);
  town.shim.add<Repeats>();
  ASSERT_TRUE(ana.write(ben, "one"));
  ASSERT_TRUE(ben.listen());
  const auto sessions = ben.home.dump().at("sessions");
  ASSERT_TRUE(ana.write(ben, "two"));
  ASSERT_TRUE(ana.write(ben, "three"));
  town.settle();
  EXPECT_EQ(ben.texts(), (Texts{"one", "two", "three"}));
  town.shim.clear();
  ASSERT_TRUE(ben.write(ana, "heard"));
  town.settle();
  EXPECT_EQ(ana.texts(), Texts{"heard"});
  EXPECT_EQ(sessions.size(), ben.home.dump().at("sessions").size());
}

TEST_F(HostileServerDelivery, AFirstMessageThatComesAgainAfterAMonthDisturbsNothing_A24) {
  auto& seen = town.shim.add<SeesEnvelopes>();
  ASSERT_TRUE(ana.write(ben, "first"));
  ASSERT_TRUE(ben.listen());
  const base::Blob first = seen.seen.at(0);
  town.shim.clear();
  ASSERT_TRUE(ben.write(ana, "answer"));
  town.settle();
  for (int day = 0; day < 31; ++day) {
    town.time.run_for(24h);
    ASSERT_TRUE(ana.listen() && ben.listen());
  }
  town.shim.add<Replaces>([&](const base::Blob&) { return first; });
  ASSERT_TRUE(ana.write(ben, "kept back"));
  ASSERT_TRUE(ben.listen());
  town.shim.clear();
  ASSERT_TRUE(ana.write(ben, "after"));
  ASSERT_TRUE(ben.write(ana, "and back"));
  town.settle();
  EXPECT_EQ(ben.texts(), (Texts{"first", "after", "kept back"})) << "what was kept back is asked for";
  EXPECT_EQ(ana.texts(), (Texts{"answer", "and back"}));
}

TEST_F(HostileServerDelivery, WhatComesTheWrongWayRoundIsShownOnceEachAndNothingIsMissed_A30) {
  make_acquainted(ana, ben);
  town.shim.add<Reverses>();
  for (const char* text : {"one", "two", "three", "four"}) ASSERT_TRUE(ana.write(ben, text));
  town.settle();
  Texts heard = ben.texts();
  std::ranges::sort(heard);
  EXPECT_EQ(heard, (Texts{"four", "one", "three", "two"}));
  EXPECT_EQ(ben.home.number("SELECT count(*) FROM gaps"), 0) << ben.standing();
}

TEST_F(HostileServerDelivery, RequestsThatTheServerHearsTwiceDeliverOnce_A30) {
  town.shim.add<Doubles>();
  ASSERT_TRUE(ana.write(ben, "one"));
  ASSERT_TRUE(ana.write(ben, "two"));
  town.settle();
  ASSERT_TRUE(ben.write(ana, "three"));
  town.settle();
  EXPECT_EQ(ben.texts(), (Texts{"one", "two"}));
  EXPECT_EQ(ana.texts(), Texts{"three"});
  EXPECT_TRUE(ana.notices.empty() && ben.notices.empty());
}

TEST_F(HostileServerDelivery, AnEnvelopeInAnotherMailboxIsRefusedAndCounted_A04_A56_A57) {
  make_acquainted(ana, ben);
  auto& seen = town.shim.add<SeesEnvelopes>();
  ASSERT_TRUE(ana.write(ben, "for ben"));
  ASSERT_TRUE(ben.listen());
  const base::Blob envelope = seen.seen.back();
  town.shim.add<Replaces>([&](const base::Blob&) { return envelope; });
  const auto before = eve.run(eve.engine->status())->refused;
  ASSERT_TRUE(ben.write(eve, "for eve"));
  (void)eve.listen();
  EXPECT_TRUE(eve.heard.empty());
  EXPECT_EQ(eve.run(eve.engine->status())->refused, before + 1);
}

TEST_F(HostileServerDelivery, AnEnvelopeOfThePhoneIsNothingToTheTablet_A57) {
  Resident& tablet = town.second_of(ben, "ben's tablet");
  make_acquainted(ana, ben);
  tablet.heard.clear();
  base::Blob for_phone;
  town.shim.add<Replaces>([&](base::Blob envelope) {
    if (used_key(envelope, ben.own().identity)) for_phone = envelope;
    return for_phone.empty() ? envelope : for_phone;
  });
  ASSERT_TRUE(ana.write(ben, "once each"));
  ASSERT_TRUE(ben.listen());
  const auto before = tablet.run(tablet.engine->status())->refused;
  ASSERT_TRUE(tablet.listen());
  EXPECT_TRUE(tablet.heard.empty());
  EXPECT_GT(tablet.run(tablet.engine->status())->refused, before);
  town.shim.clear();
  ASSERT_TRUE(ana.write(ben, "the next"));
  town.settle();
  EXPECT_EQ(tablet.texts(), (Texts{"the next", "once each"})) << "missed, and asked for";
}

TEST_F(HostileServerDelivery, AChangedByteMakesNothingBeShownAndTheTextArrivesLater_A24_A35) {
  make_acquainted(ana, ben);
  town.shim.add<Replaces>([](base::Blob envelope) {
    envelope[envelope.size() / 2] ^= 1;
    return envelope;
  });
  ASSERT_TRUE(ana.write(ben, "changed on the way"));
  ASSERT_TRUE(ben.listen());
  EXPECT_TRUE(ben.heard.empty());
  EXPECT_EQ(ben.run(ben.engine->status())->refused, 1);
  town.shim.clear();
  ASSERT_TRUE(ana.write(ben, "the next"));
  town.settle();
  EXPECT_EQ(ben.texts(), (Texts{"the next", "changed on the way"}));
}

TEST_F(HostileServerDelivery, ADeviceThatLostItsSessionsReadsAgainAndMissesNothing_A35) {
  make_acquainted(ana, ben);
  ben.home.run("DELETE FROM sessions");
  ASSERT_TRUE(ana.write(ben, "unreadable"));
  town.settle();
  ASSERT_TRUE(ana.write(ben, "readable"));
  town.settle(20);
  Texts heard = ben.texts();
  std::ranges::sort(heard);
  EXPECT_EQ(heard, (Texts{"readable", "unreadable"})) << ben.refusals() << ben.standing();
}

TEST_F(HostileServerDelivery, WithoutAPermitThatCountsTheMessageWaitsAndThePersonIsTold) {
  make_acquainted(ana, ben);
  town.shim.add<DeniesPermits>();
  const auto kept = ana.engine->enqueue("ben", "waits");
  ASSERT_TRUE(kept);
  const auto sent = ana.run(ana.engine->drain_outbox());
  ASSERT_FALSE(sent);
  EXPECT_NE(sent.error().message.find("no permit for this contact counts any more"), std::string::npos);
  ASSERT_TRUE(ana.listen());
  EXPECT_TRUE(has_loud(ana, "permit_refused"));
  EXPECT_EQ(std::ranges::count(town.shim.passed, "POST /v1/knocks"), 0) << "nobody knocks in their own name";
  town.shim.clear();
  town.settle();
  EXPECT_EQ(ben.texts(), Texts{"waits"});
}

TEST_F(HostileServerDelivery, AReceiptForAnothersMessageChangesNoState_A30) {
  make_acquainted(ana, ben);
  make_acquainted(ben, eve);
  town.shim.add<Swallows>();
  const auto sent = ben.write(ana, "not delivered");
  ASSERT_TRUE(sent);
  town.shim.clear();
  ASSERT_TRUE(eve.engine->say("ben", wire::Receipt{.kind = wire::Receipt::Kind::read, .of = {sent->ref()}}));
  town.settle(2);
  EXPECT_EQ(ben.engine->message(sent->id)->state, store::State::sent);
}

TEST_F(HostileServerDelivery, AContactWhoSpeaksLikeAnOwnDeviceIsRefused_A10) {
  make_acquainted(ben, eve);
  const Dump before = ben.home.dump();
  wire::SyncAccount takes_over{.user_name = "mine", .account_key = base::Bytes<32>{1}};
  wire::SyncContacts brings;
  brings.contacts.push_back({.account = ana.own().account_id, .nickname = "somebody else"});
  ASSERT_TRUE(eve.engine->say("ben", takes_over));
  ASSERT_TRUE(eve.engine->say("ben", brings));
  ASSERT_TRUE(eve.engine->say("ben", wire::SyncSettings{.settings = {{.name = "receipts", .is_on = false}}}));
  ASSERT_TRUE(eve.run(eve.engine->drain_outbox()));
  ASSERT_TRUE(ben.listen());
  const Dump after = ben.home.dump();
  EXPECT_EQ(ben.run(ben.engine->status())->refused, 3);
  EXPECT_EQ(after.at("contacts"), before.at("contacts"));
  EXPECT_EQ(after.at("settings"), before.at("settings"));
  EXPECT_EQ(after.at("own_permits"), before.at("own_permits"));
  EXPECT_NE(ben.refusals().find("only own devices may say this"), std::string::npos);
}

TEST_F(HostileServerDelivery, AFloodOfQuestionsIsAnsweredOnceInTenMinutes_A25) {
  make_acquainted(ben, eve);
  ASSERT_TRUE(ben.write(eve, "to eve"));
  town.settle(8);
  const std::uint64_t seq =
      static_cast<std::uint64_t>(ben.home.number("SELECT max(seq) FROM messages WHERE body = 'to eve'"));
  const auto before = sent_requests();
  for (int i = 0; i < 200; ++i)
    ASSERT_TRUE(eve.engine->say("ben", wire::GapQuestion{.device = wire::DeviceNumber(1), .seqs = {seq}}));
  ASSERT_TRUE(eve.run(eve.engine->drain_outbox()));
  const auto asked = sent_requests() - before;
  ASSERT_GE(asked, 200u);
  ASSERT_TRUE(ben.listen());
  town.time.run_for(1min);
  ASSERT_TRUE(ben.listen());
  EXPECT_LE(sent_requests() - before - asked, 2u) << "the one answer, and a receipt that was due";
}

TEST_F(HostileServerDelivery, WhatWasNotSaidToWhoAsksIsNotSentToThem_A25) {
  make_acquainted(ana, ben);
  make_acquainted(ben, eve);
  ASSERT_TRUE(ben.write(ana, "for ana alone"));
  town.settle(3);
  std::vector<std::uint64_t> all;
  for (std::uint64_t seq = 1; seq <= 100; ++seq) all.push_back(seq);
  ASSERT_TRUE(eve.engine->say("ben", wire::GapQuestion{.device = wire::DeviceNumber(1), .seqs = all}));
  town.settle();
  EXPECT_EQ(eve.home.number("SELECT count(*) FROM messages WHERE body = 'for ana alone'"), 0);
}

TEST_F(HostileServerDelivery, SealedRubbishOfAContactBeginsOneSessionInTenMinutes_A25) {
  make_acquainted(ben, eve);
  // Eve's device really seals, but what is inside is broken: her sessions with ben are older ones each time.
  auto& seen = town.shim.add<SeesEnvelopes>();
  ASSERT_TRUE(eve.write(ben, "good"));
  ASSERT_TRUE(ben.listen());
  const auto opened = client::sealing::open(seen.seen.back(), ben.own().identity);
  ASSERT_TRUE(opened);
  town.shim.clear();
  int made = 0;
  town.shim.add<Replaces>([&](const base::Blob&) {
    client::Result<base::Blob> sealed = base::Blob();
    CHECK(eve.home->transact([&](store::Transaction& in) -> client::Result<void> {
      protocol::Encrypted broken{.record = protocol::Record(),
                                 .type = protocol::MessageType::signal,
                                 .message = opened->content.content,
                                 .remote_identity = opened->claim.identity_key};
      broken.message[broken.message.size() - 1] ^= static_cast<std::uint8_t>(++made % 255 + 1);
      const store::OwnAccount own = *store::own_account::load(in);
      auto bytes = client::sealing::seal(in, {.own = own, .now = town.time.now(), .random = eve.random}, broken,
                                         ben.own().identity.public_key);
      CHECK(bytes);
      sealed = *std::move(bytes);
      return {};
    }));
    return *std::move(sealed);
  });
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(eve.write(ben, "rubbish " + std::to_string(i)));
  const auto before = std::ranges::count(town.shim.passed, "POST /v1/bundles");
  ASSERT_TRUE(ben.listen());
  ASSERT_TRUE(ben.listen());
  EXPECT_GE(made, 30);
  EXPECT_LE(std::ranges::count(town.shim.passed, "POST /v1/bundles") - before, 1);
}

/// Does something while the client waits for prekeys.
class DuringBundles final : public Meddling {
 public:
  explicit DuringBundles(std::function<void()> act) : act_(std::move(act)) {}
  void change(const net::Request& request, net::Response&) override {
    if (request.target.find("bundles") != std::string::npos && act_) std::exchange(act_, nullptr)();
  }

 private:
  std::function<void()> act_;
};

TEST_F(HostileServerDelivery, WhoIsBlockedWhileAMessageWaitsForPrekeysDoesNotGetIt) {
  town.shim.add<DuringBundles>([&] { ASSERT_TRUE(client::people::block(*ana.engine, "ben")); });
  const auto kept = ana.engine->enqueue("ben", "on second thoughts");
  ASSERT_TRUE(kept);
  (void)ana.run(ana.engine->drain_outbox());
  ASSERT_TRUE(ben.listen());
  EXPECT_TRUE(ben.texts().empty());
  EXPECT_EQ(ana.engine->message(kept->id)->state, store::State::failed);
}

TEST_F(HostileServerDelivery, WhatWasReadLongAgoAndComesAgainBeginsNoSessionAnew) {
  make_acquainted(ana, ben);
  auto& seen = town.shim.add<Repeats>();
  for (int turn = 0; turn < 9; ++turn) {  // the chains of the first messages are forgotten
    ASSERT_TRUE(ana.write(ben, "there " + std::to_string(turn)));
    ASSERT_TRUE(ben.listen());
    ASSERT_TRUE(ben.write(ana, "and back " + std::to_string(turn)));
    ASSERT_TRUE(ana.listen());
  }
  EXPECT_GT(seen.seen.size(), 9u);
  for (Resident* one : {&ana, &ben}) {
    EXPECT_EQ(one->home.number("SELECT count(*) FROM last_acts WHERE act = 1"), 0) << one->name;
    EXPECT_EQ(one->texts().size(), 9u) << one->name;
  }
}

TEST_F(HostileServerDelivery, BadPrekeysForARenewalHoldUpNothing) {
  ASSERT_TRUE(ana.write(ben, "before"));
  town.shim.add<ChangesBundles>([](wire::DeviceBundle& bundle) { bundle.signed_prekey.signature[0] ^= 1; });
  town.time.run_for(std::chrono::hours(24 * 8));
  ASSERT_TRUE(ana.write(ben, "after"));
  ASSERT_TRUE(ben.listen());
  EXPECT_EQ(ben.texts(), (std::vector<std::string>{"before", "after"}));
}

TEST_F(HostileServerDelivery, WhatIsNotShownIsNotAnsweredToStrangers_A37) {
  ASSERT_TRUE(eve.add(ana));
  ASSERT_TRUE(eve.write(ana, "who are you?"));
  town.settle();
  const auto before = town.shim.passed.size();
  const wire::MessageRef nothing{.account = ana.own().account_id, .device = wire::DeviceNumber(1), .id = {7}};
  const std::vector<wire::Body> probes{wire::Reaction{.to = nothing, .emoji = "x"},
                                       wire::Edit{.of = nothing, .text = "x"},
                                       wire::Deletion{.of = nothing},
                                       wire::Receipt{.kind = wire::Receipt::Kind::read, .of = {nothing}},
                                       wire::Typing{.is_typing = true},
                                       wire::TimerChange{.seconds = 60},
                                       wire::Acceptance{},
                                       wire::Heartbeat{.last_seq = 9, .asks = true},
                                       wire::GapQuestion{.device = wire::DeviceNumber(1), .seqs = {1}},
                                       wire::GapAnswer{.gone = {1}}};
  for (const wire::Body& probe : probes) ASSERT_TRUE(eve.engine->say("ana", probe));
  ASSERT_TRUE(eve.run(eve.engine->drain_outbox()));
  town.shim.passed.clear();
  for (int minute = 0; minute < 10; ++minute) {
    ASSERT_TRUE(ana.listen());
    town.time.run_for(1min);
  }
  EXPECT_GT(before, 0u);
  EXPECT_EQ(sent_requests(), 0u) << "to a stranger goes nothing by itself";
}

TEST_F(HostileServerDelivery, WhatNamesNothingGetsNoReceiptFromContactsEither_A37) {
  make_acquainted(ana, ben);
  const wire::MessageRef nothing{.account = ana.own().account_id, .device = wire::DeviceNumber(1), .id = {7}};
  const std::vector<wire::Body> probes{wire::Reaction{.to = nothing, .emoji = "x"},
                                       wire::Edit{.of = nothing, .text = "x"},
                                       wire::Deletion{.of = nothing},
                                       wire::Receipt{.kind = wire::Receipt::Kind::read, .of = {nothing}},
                                       wire::Typing{.is_typing = true},
                                       wire::GapAnswer{.gone = {1}}};
  for (const wire::Body& probe : probes) ASSERT_TRUE(ben.engine->say("ana", probe));
  ASSERT_TRUE(ben.run(ben.engine->drain_outbox()));
  town.shim.passed.clear();
  for (int minute = 0; minute < 10; ++minute) {
    ASSERT_TRUE(ana.listen());
    town.time.run_for(1min);
  }
  EXPECT_EQ(sent_requests(), 0u);
}

TEST_F(HostileServerDelivery, NoAnswerThatADeviceGivesByItselfTellsWhenItWasOnline_A37) {
  make_acquainted(ana, ben);
  ASSERT_TRUE(ben.engine->say("ana", wire::Heartbeat{.last_seq = 2, .asks = true}));
  ASSERT_TRUE(ben.run(ben.engine->drain_outbox()));
  town.shim.passed.clear();
  ASSERT_TRUE(ana.listen());
  EXPECT_EQ(sent_requests(), 0u) << "not at once";
  town.time.run_for(1min);
  ASSERT_TRUE(ana.listen());
  EXPECT_EQ(sent_requests(), 1u) << "but within half a minute, at a moment that chance chooses";
}

}  // namespace
}  // namespace sotto::test::hostile

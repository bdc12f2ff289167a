// The invariants of the design (section 13), by their numbers. Elsewhere: 3 in tests/wire (Names), 7 in tests/client
// (Hostile, Admission), the acknowledgement of 10 in InMemory.AFullStoreAcknowledgesNothing and in the crash tests.
// Those of groups (6, and parts of 8) come with groups.
#include <gtest/gtest.h>

#include "e2e/hostile/hostile_town.hpp"

namespace sotto::test::hostile {
namespace {

using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

struct Invariants : testing::Test {
  Invariants() { Town::introduce(ana, ben); }
  void converse() {
    ASSERT_TRUE(ana.write(ben, "hello"));
    town.settle(3);
    ASSERT_TRUE(ben.write(ana, "hello, too"));
    town.settle(8);
    ana.heard.clear(), ben.heard.clear();
  }
  std::ptrdiff_t passed(const std::string& what) const { return std::ranges::count(town.shim.passed, what); }
  void put_back(Resident& whose, const base::Blob& copy) {
    whose.engine.reset();
    whose.home.put_back(copy);
    whose.restart();
  }
  base::Blob copy_of(Resident& whose) {
    whose.engine.reset();
    auto bytes = whose.home.copy();
    whose.restart();
    return bytes;
  }

  HostileTown town;
  Resident &ana = town.resident("ana"), &ben = town.resident("ben");
};

TEST_F(Invariants, I1_AnAccountIsItsRootThroughEverySuccession) {
  const std::string digits = ana.engine->verify("ben", true)->digits;
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(ben.run(ben.engine->succeed(ben.recovery_key, [](wire::DeviceNumber) { return true; })));
    ASSERT_TRUE(ben.write(ana, "still me"));
    ASSERT_TRUE(ana.listen());
  }
  EXPECT_EQ(ana.texts().size(), 3u);
  EXPECT_TRUE(ana.heard.back().message.is_verified);
  EXPECT_EQ(ana.engine->verify("ben", false)->digits, digits);
  EXPECT_FALSE(ben.run(ben.engine->succeed(ana.recovery_key, [](wire::DeviceNumber) { return true; })));
}

TEST_F(Invariants, I2_NothingIsEncryptedForOrTakenFromADeviceOffTheList) {
  Resident& tablet = town.second_of(ben, "ben's tablet");
  converse();
  tablet.heard.clear();
  ASSERT_TRUE(ben.run(ben.engine->change_list({.remove = tablet.own().device})));
  ASSERT_TRUE(ben.write(ana, "it is gone"));
  ASSERT_TRUE(ana.listen());
  auto& addressed = town.shim.add<NotesAddressees>();
  ASSERT_TRUE(ana.write(ben, "to whom it may concern"));
  EXPECT_EQ(addressed.mailboxes, std::set<std::string>{base::text(ben.own().mailbox_id.view())});
  // What the tablet seals is put into ana's mailbox all the same.
  base::Blob of_tablet;
  town.shim.add<Replaces>([&](base::Blob envelope) {
    if (!used_key(envelope, ana.own().identity)) return envelope;
    return std::exchange(of_tablet, envelope).empty() ? envelope : of_tablet;
  });
  town.settle();
  ana.heard.clear();
  (void)tablet.write(ana, "I am still here");
  town.settle();
  EXPECT_TRUE(ana.heard.empty());
}

TEST_F(Invariants, I4_ListsAndEpochsNeverGoBack) {
  const wire::Introduction old = ben.own().introduction;
  ASSERT_TRUE(ben.run(ben.engine->succeed(ben.recovery_key, [](wire::DeviceNumber) { return true; })));
  const wire::Introduction current = ben.own().introduction;
  ASSERT_TRUE(ben.write(ana, "a new epoch"));
  ASSERT_TRUE(ana.listen());
  const auto held = ana.home.dump().at("peers");
  town.shim.add<ShowsList>(ben.own().account_id, old);
  const auto added = ana.add(ben);
  ASSERT_FALSE(added);
  EXPECT_NE(added.error().message.find("older statements"), std::string::npos)
      << "than the link of the new epoch names";
  town.settle();
  EXPECT_EQ(ana.home.dump().at("peers"), held);
  EXPECT_EQ(ben.own().introduction, current);
  EXPECT_TRUE(has_loud(ben, "list_behind"));
}

TEST_F(Invariants, I4_AForkIsKeptAsProofAlsoWhenAMessageBringsIt) {
  converse();
  Resident& tablet = town.visitor("ben's tablet");
  ASSERT_TRUE(tablet.join(ben));
  ASSERT_TRUE(ben.write(ana, "two devices"));
  ASSERT_TRUE(ana.listen());
  // Ben's phone takes another list for its own: one that stands in the same place.
  const auto forked = signed_anew(ben, [&](wire::DeviceList& list) { ++list.day.value; });
  ASSERT_TRUE(ben.home->transact([&](store::Transaction& in) -> client::Result<void> {
    store::own_account::set_introduction(in, forked);
    return {};
  }));
  ben.home.run("UPDATE sessions SET their_epoch = NULL");
  ASSERT_TRUE(ben.engine->enqueue("ana", "from the fork"));
  (void)ben.run(ben.engine->drain_outbox());
  ASSERT_TRUE(ana.listen());
  EXPECT_EQ(ana.texts(), Texts{"two devices"});
  EXPECT_EQ(ana.home.number("SELECT count(*) FROM forks"), 1);
  EXPECT_TRUE(has_loud(ana, "list_fork"));
}

TEST_F(Invariants, I5_NothingWrittenBeforeAResetIsEncryptedForTheNewAccount) {
  converse();
  ASSERT_TRUE(ana.engine->enqueue("ben", "written before"));
  Resident& anew = town.resident("ben.anew");  // who lost everything begins another account
  town.shim.add<ShowsList>(ben.own().account_id, anew.own().introduction);
  (void)ana.run(ana.engine->drain_outbox());
  town.settle();
  EXPECT_EQ(anew.home.number("SELECT count(*) FROM messages"), 0);
  ASSERT_TRUE(anew.add(ana));
  ASSERT_TRUE(anew.write(ana, "it is me, ben"));
  town.settle();
  ASSERT_EQ(ana.texts(), Texts{"it is me, ben"});
  EXPECT_TRUE(ana.heard[0].is_stranger) << "another account is another person until somebody says otherwise";
  EXPECT_EQ(anew.home.number("SELECT count(*) FROM messages WHERE body = 'written before'"), 0);
}

TEST_F(Invariants, I8_ADeviceThatLeftGetsNoAnswerToItsQuestions) {
  Resident& tablet = town.second_of(ben, "ben's tablet");
  converse();
  ASSERT_TRUE(ben.run(ben.engine->change_list({.remove = tablet.own().device})));
  ASSERT_TRUE(ben.write(ana, "it is gone"));
  ASSERT_TRUE(ana.listen());
  ASSERT_TRUE(ana.write(ben, "a secret"));
  (void)tablet.engine->say("ana", wire::GapQuestion{.device = wire::DeviceNumber(1), .seqs = {1, 2, 3}});
  auto& addressed = town.shim.add<NotesAddressees>();
  (void)tablet.run(tablet.engine->drain_outbox());
  addressed.mailboxes.clear();
  for (int minute = 0; minute < 5; ++minute) {
    ASSERT_TRUE(ana.listen());
    town.time.run_for(1min);
  }
  EXPECT_FALSE(addressed.mailboxes.contains(base::text(tablet.own().mailbox_id.view())));
}

TEST_F(Invariants, I9_WhoSendsCantTellFromTheAnswerWhetherSomebodyIsThere) {
  struct Answers final : Meddling {
    void change(const net::Request& request, net::Response& response) override {
      if (!is_for(request, "POST", "/v1/messages")) return;
      std::string all = std::to_string(response.status);
      for (const net::Header& one : response.headers) all += one.name + ":" + one.value + ";";
      seen.push_back(all + base::text(response.body));
    }
    std::vector<std::string> seen;
  };
  converse();
  auto& answers = town.shim.add<Answers>();
  const auto began = town.time.elapsed();
  ASSERT_TRUE(ana.write(ben, "nobody is there"));
  const auto absent = town.time.elapsed() - began;
  ben.keep_listening();
  town.time.run_for(10s);
  answers.seen.resize(1);
  const auto begins = town.time.elapsed();
  ASSERT_TRUE(ana.write(ben, "somebody is there"));
  EXPECT_EQ(town.time.elapsed() - begins, absent);
  ASSERT_GE(answers.seen.size(), 2u);
  EXPECT_EQ(answers.seen[0], answers.seen[1]);
}

TEST_F(Invariants, I10_NoCiphertextLeavesBeforeTheGenerationIsConfirmed_A26) {
  struct Silent final : Meddling {
    std::optional<net::Response> answer(net::Request& request) override {
      if (request.target != "/v1/generation") return std::nullopt;
      return refusal(503, "busy");
    }
  };
  converse();
  town.shim.add<Silent>();
  ana.restart();
  town.shim.passed.clear();
  const auto kept = ana.engine->enqueue("ben", "waits");
  ASSERT_TRUE(kept);
  EXPECT_FALSE(ana.run(ana.engine->drain_outbox()));
  EXPECT_EQ(passed("POST /v1/messages"), 0);
  EXPECT_EQ(ana.engine->message(kept->id)->state, store::State::queued);
  town.shim.clear();
  ASSERT_TRUE(ana.run(ana.engine->drain_outbox()));
  EXPECT_EQ(passed("POST /v1/messages"), 1);
}

TEST_F(Invariants, I10_AFolderPutBackUsesNoMessageKeyTwice_A26) {
  converse();
  auto& seen = town.shim.add<SeesEnvelopes>();
  const auto yesterday = copy_of(ana);
  for (const char* text : {"one", "two", "three"}) ASSERT_TRUE(ana.write(ben, text));
  town.settle(2);
  put_back(ana, yesterday);
  for (const char* text : {"uno", "dos", "tres"}) ASSERT_TRUE(ana.write(ben, text));
  town.settle();
  std::map<std::pair<base::Bytes<33>, std::uint32_t>, base::Bytes<32>> used;
  int by_ana = 0;
  for (const base::Blob& envelope : seen.seen) {
    const auto key = used_key(envelope, ben.own().identity);
    if (!key) continue;
    ++by_ana;
    const auto [known, is_new] = used.emplace(std::pair(key->ratchet_key, key->counter), key->ciphertext);
    EXPECT_TRUE(is_new || known->second == key->ciphertext) << "counter " << key->counter;
  }
  EXPECT_GE(by_ana, 6);
  EXPECT_TRUE(has_loud(ana, "restored_copy"));
}

TEST_F(Invariants, I10_ACopyThatIsPutBackTwiceUsesNoPlaceInTheSequenceTwice_A26) {
  converse();
  const auto yesterday = copy_of(ana);
  ASSERT_TRUE(ana.write(ben, "one"));
  put_back(ana, yesterday);
  ASSERT_TRUE(ana.write(ben, "after the first time"));
  put_back(ana, yesterday);
  ASSERT_TRUE(ana.write(ben, "after the second time"));
  ASSERT_TRUE(ben.listen());
  EXPECT_EQ(ben.texts(), (Texts{"one", "after the first time", "after the second time"})) << ben.refusals();
}

TEST_F(Invariants, I10_ACopyThatRunsBesideItsOriginalIsToldToBoth_A06) {
  converse();
  Resident& copy = town.visitor("the copy");
  put_back(copy, copy_of(ana));
  ASSERT_TRUE(copy.listen());
  ASSERT_TRUE(copy.engine->enqueue("ben", "by the copy"));
  (void)copy.run(copy.engine->drain_outbox());
  (void)ana.listen();
  (void)copy.listen();
  EXPECT_TRUE(has_loud(ana, "restored_copy"));
  EXPECT_TRUE(has_loud(copy, "restored_copy"));
}

}  // namespace
}  // namespace sotto::test::hostile

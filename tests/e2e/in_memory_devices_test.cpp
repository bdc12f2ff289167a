// Accounts with several devices, in memory and under virtual time.
#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "e2e/town.hpp"

namespace sotto::test {
namespace {

using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

struct Devices : testing::Test {
  Devices() { Town::introduce(ana, ben); }

  /// Everybody drains, until nothing moves any more.
  void settle() {
    for (int round = 0; round < 6; ++round) {
      for (Resident& one : town.residents) {
        const auto has_account = one.engine->has_account();
        if (!has_account || !*has_account) continue;
        const auto listened = one.listen();
        if (!listened && one.told().empty()) ADD_FAILURE() << one.name << ": " << listened.error().message;
      }
      town.time.run_for(1min);
    }
  }
  Resident& second_of(Resident& admin, const std::string& name) {
    Resident& made = town.visitor(name);
    const auto joined = made.join(admin);
    EXPECT_TRUE(joined) << joined.error().message;
    settle();
    return made;
  }

  Town town;
  Resident &ana = town.resident("ana"), &ben = town.resident("ben");
};

TEST_F(Devices, AMessageReachesEveryDeviceOfItsRecipient) {
  Resident& tablet = second_of(ben, "ben's tablet");
  ASSERT_EQ(ben.devices().size(), 2u);
  ASSERT_TRUE(ana.write(ben, "to both"));
  settle();
  EXPECT_EQ(ben.texts(), Texts{"to both"});
  EXPECT_EQ(tablet.texts(), Texts{"to both"});
}

TEST_F(Devices, WhatWasEncryptedBeforeADeviceCameReachesItToo) {
  ASSERT_TRUE(ana.write(ben, "before"));
  settle();
  ana.watch = [&](client::Step step) {
    if (step != client::Step::encrypted) return;
    town.network.set_down(true);
    town.network.cut_all();
  };
  EXPECT_FALSE(ana.write(ben, "encrypted for one"));
  ana.watch = {};
  town.network.set_down(false);
  Resident& tablet = town.visitor("ben's tablet");
  ASSERT_TRUE(tablet.join(ben));
  ASSERT_TRUE(ben.write(ana, "by this you learn of both"));
  settle();
  EXPECT_EQ(ben.texts(), (Texts{"before", "encrypted for one"}));
  EXPECT_EQ(tablet.texts(), Texts{"encrypted for one"});
}

TEST_F(Devices, WhatOneDeviceSendsShowsInTheHistoryOfTheOthers) {
  Resident& tablet = second_of(ben, "ben's tablet");
  ASSERT_TRUE(ben.write(ana, "from the phone"));
  settle();
  ASSERT_TRUE(tablet.write(ana, "from the tablet"));
  settle();
  EXPECT_EQ(ana.texts(), (Texts{"from the phone", "from the tablet"}));
  EXPECT_EQ(tablet.history("ana"), (Texts{"from the phone", "from the tablet"}));
  EXPECT_EQ(ben.history("ana"), (Texts{"from the phone", "from the tablet"}));
  EXPECT_TRUE(ben.texts().empty()) << "one's own words are no news";
}

TEST_F(Devices, ANewDeviceLearnsTheContactsAndSecrets) {
  Resident& tablet = second_of(ben, "ben's tablet");
  EXPECT_TRUE(base::same(tablet.own().account_secret.expose(), ben.own().account_secret.expose()));
  EXPECT_EQ(tablet.devices()[1].name, "ben's tablet");
  EXPECT_TRUE(tablet.devices()[0].is_admin);
  EXPECT_FALSE(tablet.devices()[1].is_admin);
  EXPECT_TRUE(tablet.engine->enqueue("ana", "hello"));
}

TEST_F(Devices, ARemovedDeviceGetsNothingAndSaysNothing_A07) {
  Resident& tablet = second_of(ben, "ben's tablet");
  const auto removed = ben.run(ben.engine->change_list({.remove = tablet.devices()[1].device.number}));
  ASSERT_TRUE(removed) << removed.error().message;
  const auto old_secret = tablet.own().account_secret.clone();
  settle();
  ASSERT_TRUE(ana.write(ben, "not for the tablet"));
  settle();
  EXPECT_TRUE(tablet.texts().empty());
  EXPECT_EQ(ben.texts(), Texts{"not for the tablet"});
  EXPECT_FALSE(base::same(ben.own().account_secret.expose(), old_secret.expose()));
  (void)tablet.write(ana, "I am still here");  // by a permit that it knows, and that is replaced later
  settle();
  EXPECT_TRUE(ana.texts().empty());
}

TEST_F(Devices, ChangesOfTheListAskNobodyAnything) {
  for (int i = 0; i < 8; ++i) {
    Resident& extra = second_of(ben, "extra " + std::to_string(i));
    ASSERT_TRUE(ana.write(ben, "with " + std::to_string(i)));
    settle();
    EXPECT_EQ(extra.texts().back(), "with " + std::to_string(i));
    ASSERT_TRUE(ben.run(ben.engine->change_list({.remove = extra.own().device})));
  }
  settle();
  for (const store::Notice& notice : ana.notices) EXPECT_FALSE(notice.is_loud()) << notice.words;
  EXPECT_EQ(ben.texts().size(), 8u);
}

TEST_F(Devices, AHundredChangesOfTheListAndTenSuccessionsAskNobodyAnything) {
  const auto converse = [&](const std::string& words) {
    ASSERT_TRUE(ana.write(ben, "to ben " + words));
    ASSERT_TRUE(ben.listen());
    ASSERT_TRUE(ben.write(ana, "to ana " + words));
    ASSERT_TRUE(ana.listen());
    ASSERT_EQ(ben.texts().back(), "to ben " + words);
    ASSERT_EQ(ana.texts().back(), "to ana " + words);
  };
  for (int change = 0; change < 100; change += 2) {
    Resident extra(town, "extra " + std::to_string(change), 1'000 + static_cast<std::uint64_t>(change));
    ASSERT_TRUE(extra.join(ben));
    ASSERT_NO_FATAL_FAILURE(converse("with " + extra.name));
    ASSERT_TRUE(extra.listen());
    EXPECT_EQ(extra.texts().back(), "to ben with " + extra.name);
    ASSERT_TRUE(ben.run(ben.engine->change_list({.remove = extra.own().device})));
    ASSERT_NO_FATAL_FAILURE(converse("without " + extra.name));
    if (change % 10 != 8) continue;
    ASSERT_TRUE(ben.run(ben.engine->succeed(ben.recovery_key, [](wire::DeviceNumber) { return true; })));
    ASSERT_NO_FATAL_FAILURE(converse("in another epoch"));
    town.time.run_for(24h);
  }
  EXPECT_EQ(ben.own().introduction.certificate.statement,
            ana.home
                ->transact([&](store::Transaction& in) -> client::Result<wire::Introduction> {
                  return *store::peers::introduction(in, ben.own().account_id);
                })
                ->certificate.statement);
  for (const store::Notice& notice : ana.notices) EXPECT_FALSE(notice.is_loud()) << notice.words;
  EXPECT_EQ(std::ranges::count(ana.told(), "contact_succession"), 10);
  EXPECT_EQ(ana.engine->verify("ben", false)->digits, ben.engine->verify("ana", false)->digits);
  EXPECT_EQ(ana.texts().size(), 110u);
  EXPECT_EQ(ben.texts().size(), 110u);
}

TEST_F(Devices, ASuccessionIsOneQuietLine) {
  Resident& tablet = second_of(ben, "ben's tablet");
  ASSERT_TRUE(ana.write(ben, "before"));
  settle();
  const auto done = ben.run(ben.engine->succeed(ben.recovery_key, [](wire::DeviceNumber) { return true; }));
  ASSERT_TRUE(done) << done.error().message;
  settle();
  ASSERT_TRUE(ben.write(ana, "from the new epoch"));
  ASSERT_TRUE(tablet.write(ana, "the tablet, too"));
  settle();
  ASSERT_TRUE(ana.write(ben, "after"));
  settle();
  EXPECT_EQ(ana.texts(), (Texts{"from the new epoch", "the tablet, too"}));
  EXPECT_EQ(ben.texts(), (Texts{"before", "after"}));
  EXPECT_EQ(tablet.texts(), (Texts{"before", "after"}));
  EXPECT_EQ(ana.told(), (Texts{"contact_devices", "contact_succession"}));
}

TEST_F(Devices, SigningOutEverythingElseLeavesThisDevice) {
  Resident& tablet = second_of(ben, "ben's tablet");
  ASSERT_TRUE(ben.run(ben.engine->succeed(ben.recovery_key, [](wire::DeviceNumber) { return false; })));
  settle();
  EXPECT_EQ(ben.devices().size(), 1u);
  ASSERT_TRUE(ana.write(ben, "only here"));
  settle();
  EXPECT_EQ(ben.texts(), Texts{"only here"});
  (void)tablet.write(ana, "still?");
  settle();
  EXPECT_TRUE(ana.texts().empty());
}

TEST_F(Devices, AMessageThatIsSentOnceMoreKeepsTheStateThatItHasReached) {
  const auto copy_of_ben = [&] {
    ben.engine.reset();
    auto bytes = ben.home.copy();
    ben.restart();
    return bytes;
  }();
  const auto sent = ana.write(ben, "once");
  ASSERT_TRUE(sent);
  settle();
  ASSERT_TRUE(ben.engine->say("ana", wire::Receipt{.kind = wire::Receipt::Kind::read, .of = {sent->ref()}}));
  settle();
  ASSERT_EQ(ana.engine->message(sent->id)->state, store::State::read);
  ben.engine.reset();
  ben.home.put_back(copy_of_ben);
  ben.restart();
  for (int i = 0; i < 3; ++i) settle();
  EXPECT_EQ(ben.history("ana"), Texts{"once"}) << "asked for, and sent once more";
  EXPECT_EQ(ana.engine->message(sent->id)->state, store::State::read);
}

TEST_F(Devices, ARestoredCopyIsNoticedAndLosesNothingThatItSays_A06) {
  ASSERT_TRUE(ana.write(ben, "one"));
  settle();
  ASSERT_TRUE(ben.write(ana, "two"));
  settle();
  ana.engine.reset();
  const auto copy = ana.home.copy();
  ana.restart();
  ASSERT_TRUE(ana.write(ben, "three"));
  settle();
  ana.engine.reset();
  ana.home.put_back(copy);
  ana.restart();
  ASSERT_TRUE(ana.write(ben, "four"));
  settle();
  EXPECT_EQ(ben.texts(), (Texts{"one", "three", "four"})) << ben.refusals();
  EXPECT_EQ(ana.told(), Texts{"restored_copy"});
}

}  // namespace
}  // namespace sotto::test

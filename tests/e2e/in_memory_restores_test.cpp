// A server that is restored from a backup: what it forgot is shown to it again, and what it lost comes all the same.
#include <gtest/gtest.h>

#include "client/people.hpp"
#include "e2e/town.hpp"

namespace sotto::test {
namespace {

using Texts = std::vector<std::string>;
using std::chrono::minutes;

struct Restores : testing::Test {
  Town town;
  Resident& ana = town.resident("ana");
  Resident& ben = town.resident("ben");

  Restores() {
    Town::introduce(ana, ben);
    everybody_listens();
  }
  void everybody_listens() {
    for (Resident& one : town.residents) {
      if (const auto listened = one.listen(); !listened) problems.push_back(one.name + ": " + listened.error().message);
    }
    town.time.run_for(minutes(1));
  }
  /// Questions, answers, and what they bring: each waits a while before it leaves.
  void settle() {
    for (int i = 0; i < 8; ++i) everybody_listens();
  }
  static void expect_no_alarm(const Resident& who) {
    for (const store::Notice& notice : who.notices) EXPECT_FALSE(notice.is_loud()) << who.name << ": " << notice.words;
  }
  wire::Order order_at_server(Resident& who) {
    const auto shown =
        *net::run(town.time, client::Server(town.network, town.time,
                                            {.authority = *wire::Authority::parse("here:443"), .ca_pem = ""},
                                            base::to_base64url(who.own().token.expose()))
                                 .own_account());
    return wire::rules::parse(shown)->list.order;
  }
  std::vector<std::string> problems;
};

TEST_F(Restores, ThePersonIsToldOnceAndQuietly) {
  const auto backup = town.back_up("a.db");
  ASSERT_TRUE(ana.write(ben, "after it"));
  everybody_listens();
  town.restore(backup);
  settle();
  EXPECT_EQ(ana.told(), Texts{"server_restored"});
  EXPECT_EQ(ben.told(), Texts{"server_restored"});
  EXPECT_EQ(ana.status().one_time_prekeys, 100u);
  ASSERT_TRUE(ana.write(ben, "and on"));
  settle();
  EXPECT_EQ(ben.texts(), (Texts{"after it", "and on"}));
  EXPECT_EQ(problems, Texts{});
}

TEST_F(Restores, WhatWasTakenAfterTheBackupIsAskedForAndComesOnce) {
  ASSERT_TRUE(ana.write(ben, "before"));
  everybody_listens();
  const auto backup = town.back_up("a.db");
  EXPECT_EQ(ana.write(ben, "lost")->state, store::State::sent);
  EXPECT_EQ(ana.write(ben, "lost, too")->state, store::State::sent);
  town.restore(backup);
  settle();
  auto texts = ben.texts();
  std::ranges::sort(texts);
  EXPECT_EQ(texts, (Texts{"before", "lost", "lost, too"}));
}

TEST_F(Restores, WhatAnotherDeviceOfOursWasToHaveComesAllTheSame) {
  Resident& tablet = town.visitor("tablet");
  ASSERT_TRUE(tablet.join(ana));
  settle();
  ASSERT_TRUE(ana.write(ben, "first"));
  settle();
  const auto backup = town.back_up("a.db");
  ASSERT_TRUE(ana.write(ben, "second"));
  town.time.run_for(minutes(1));
  ASSERT_TRUE(ana.run(ana.engine->drain_outbox()));  // the copy for the tablet is at the server, and lost with it
  town.restore(backup);
  settle();
  EXPECT_EQ(tablet.history(ben.own().account_id.text()), (Texts{"first", "second"}));
}

TEST_F(Restores, AHigherListIsShownToTheServerAgain) {
  Resident& tablet = town.visitor("tablet");
  ASSERT_TRUE(tablet.join(ana));
  settle();
  const auto backup = town.back_up("a.db");
  for (const char* name : {"one", "two", "three"}) {
    client::own_list::Intent intent{.name = name, .rename = tablet.own().device};
    ASSERT_TRUE(ana.run(ana.engine->change_list(intent)));
  }
  town.restore(backup);
  ana.notices.clear();
  ASSERT_TRUE(ana.listen());
  EXPECT_EQ(order_at_server(ana), client::view_of(ana.own().introduction).order);
  expect_no_alarm(ana);
  ASSERT_TRUE(ben.write(ana, "to both"));
  settle();
  EXPECT_EQ(ana.texts(), Texts{"to both"});
  EXPECT_EQ(tablet.texts(), Texts{"to both"});
}

TEST_F(Restores, AnyDeviceOfTheAccountShowsTheList) {
  Resident& tablet = town.visitor("tablet");
  ASSERT_TRUE(tablet.join(ana));
  settle();
  const auto backup = town.back_up("a.db");
  ASSERT_TRUE(ana.run(ana.engine->succeed(ana.recovery_key, [](wire::DeviceNumber) { return true; })));
  settle();
  town.restore(backup);
  ASSERT_TRUE(tablet.listen());
  EXPECT_EQ(order_at_server(tablet), client::view_of(ana.own().introduction).order);
  expect_no_alarm(tablet);
}

TEST_F(Restores, ADeviceThatWasRemovedAfterTheBackupStaysRemoved) {
  Resident& tablet = town.visitor("tablet");
  ASSERT_TRUE(tablet.join(ana));
  settle();
  const auto backup = town.back_up("a.db");
  client::own_list::Intent intent{.remove = tablet.own().device};
  ASSERT_TRUE(ana.run(ana.engine->change_list(intent)));
  town.restore(backup);
  ASSERT_TRUE(ana.listen());
  EXPECT_FALSE(tablet.listen());
  ASSERT_TRUE(ben.write(ana, "not for the tablet"));
  settle();
  EXPECT_EQ(ana.texts(), Texts{"not for the tablet"});
  EXPECT_TRUE(tablet.texts().empty());
}

TEST_F(Restores, ADeviceThatWasAddedAfterTheBackupTakesUpItsPlaceAgain) {
  ASSERT_TRUE(ben.write(ana, "before"));
  settle();
  const auto backup = town.back_up("a.db");
  Resident& tablet = town.visitor("tablet");
  ASSERT_TRUE(tablet.join(ana));
  settle();
  town.restore(backup);
  ASSERT_TRUE(ben.engine->enqueue("ana", "while it is away"));
  settle();
  EXPECT_EQ(tablet.texts(), Texts{"while it is away"}) << tablet.refusals();
  ASSERT_TRUE(tablet.write(ben, "from the tablet"));
  settle();
  EXPECT_EQ(ben.texts(), Texts{"from the tablet"});
  EXPECT_EQ(order_at_server(tablet), client::view_of(ana.own().introduction).order);
}

TEST_F(Restores, TheLostDeviceMayBeTheFirstToReturn) {
  const auto backup = town.back_up("a.db");
  Resident& tablet = town.visitor("tablet");
  Resident& laptop = town.visitor("laptop");
  ASSERT_TRUE(tablet.join(ana));
  ASSERT_TRUE(laptop.join(ana));
  settle();
  town.restore(backup);
  ASSERT_TRUE(tablet.listen());
  ASSERT_TRUE(laptop.listen());
  ASSERT_TRUE(ben.write(ana, "to all"));
  settle();
  EXPECT_EQ(tablet.texts(), Texts{"to all"});
  EXPECT_EQ(laptop.texts(), Texts{"to all"});
}

TEST_F(Restores, AMessageToWhoseListTheServerHasLostWaitsForThem) {
  const auto backup = town.back_up("a.db");
  Resident& tablet = town.visitor("tablet");
  ASSERT_TRUE(tablet.join(ana));
  settle();
  ASSERT_TRUE(ben.write(ana, "to both"));
  settle();
  town.restore(backup);
  const auto waits = ben.engine->enqueue("ana", "to both again");
  ASSERT_TRUE(ben.listen());
  EXPECT_NE(ben.engine->message(waits->id)->state, store::State::failed);
  settle();
  EXPECT_EQ(ana.texts(), (Texts{"to both", "to both again"}));
  EXPECT_EQ(tablet.texts(), (Texts{"to both", "to both again"}));
}

TEST_F(Restores, ADeviceWhoseContactsWereLostGetsThemAgain) {
  const auto backup = town.back_up("a.db");
  Resident& tablet = town.visitor("tablet");
  ASSERT_TRUE(tablet.join(ana));
  town.time.run_for(minutes(1));
  ASSERT_TRUE(ana.listen());  // her contacts are at the server for the tablet, and lost there
  town.restore(backup);
  settle();
  ASSERT_TRUE(ben.write(ana, "to both"));
  settle();
  EXPECT_EQ(tablet.texts(), Texts{"to both"});
  EXPECT_TRUE(tablet.write(ben, "known here"));
}

TEST_F(Restores, APermitThatWasTakenBackStaysTakenBack) {
  ASSERT_TRUE(ben.write(ana, "hello"));
  ASSERT_TRUE(ana.write(ben, "hello"));
  settle();
  const auto permit = *ana.home->transact([&](store::Transaction& in) -> client::Result<wire::Permit> {
    return client::permits::contact_permit(store::permits::profile_key(in, ana.random));
  });
  const auto is_good = [&] {
    client::Post post(town.network, town.time, {.authority = *wire::Authority::parse("here:443"), .ca_pem = ""});
    const auto bundles = net::run(town.time, post.bundles(ana.own().account_id, permit));
    return bundles && *bundles;
  };
  EXPECT_TRUE(is_good());
  const auto backup = town.back_up("a.db");
  ASSERT_TRUE(client::people::block(*ana.engine, "ben"));
  ASSERT_TRUE(ana.run(ana.engine->settle_permits()));
  EXPECT_FALSE(is_good());
  town.restore(backup);
  EXPECT_TRUE(is_good());
  ASSERT_TRUE(ana.listen());
  EXPECT_FALSE(is_good());
}

TEST_F(Restores, AFolderThatWasPutBackIsStillNoticedAfterwards) {
  ASSERT_TRUE(ana.write(ben, "one"));
  settle();
  ana.engine.reset();
  const auto copy = ana.home.copy();
  ana.restart();
  const auto backup = town.back_up("a.db");
  ASSERT_TRUE(ana.write(ben, "two"));
  settle();
  town.restore(backup);
  settle();
  ana.engine.reset();
  ana.home.put_back(copy);
  ana.restart();
  settle();
  EXPECT_EQ(std::ranges::count(ana.told(), "restored_copy"), 1);
  ASSERT_TRUE(ana.write(ben, "three"));
  settle();
  EXPECT_EQ(ben.texts(), (Texts{"one", "two", "three"})) << ben.refusals();
}

}  // namespace
}  // namespace sotto::test

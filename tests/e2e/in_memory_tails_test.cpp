// What is last in a conversation, and what a device wrote that has left: no later message shows that it is missing.
#include <gtest/gtest.h>

#include "e2e/town.hpp"
#include "server/storage/embedded/database.hpp"

namespace sotto::test {
namespace {

using Texts = std::vector<std::string>;
using std::chrono::hours;
using std::chrono::minutes;

struct Tails : testing::Test {
  Town town;
  Resident& ana = town.resident("ana");
  Resident& ben = town.resident("ben");

  Tails() {
    Town::introduce(ana, ben);
    EXPECT_TRUE(ana.write(ben, "first"));
    EXPECT_TRUE(ben.write(ana, "first, too"));
    settle();
  }
  void settle() {
    for (int i = 0; i < 6; ++i) {
      for (Resident& one : town.residents) {
        if (one.engine) (void)one.listen();
      }
      town.time.run_for(minutes(1));
    }
  }
  /// The server has taken it, and nobody ever gets it.
  void lose(Resident& by, const Resident& to, const std::string& text) {
    EXPECT_EQ(by.write(to, text)->state, store::State::sent);
    town.kill();
    {
      server::Database database(town.folder.path / "server.db", server::Database::Access::write);
      database.execute("DELETE FROM envelopes");
    }
    town.start();
  }
  static std::int64_t heartbeats_waiting(Resident& who) {
    return who.home.number("SELECT count(*) FROM outgoing WHERE body_kind = 24");
  }
  void wait_for_tails() {
    town.time.run_for(hours(13));
    settle();
  }
};

TEST_F(Tails, ALostTailShowsHoursLaterAndIsSentOnceMore) {
  lose(ana, ben, "the last word");
  settle();
  EXPECT_EQ(ben.texts(), Texts{"first"});
  wait_for_tails();
  EXPECT_EQ(ben.texts(), (Texts{"first", "the last word"}));
}

TEST_F(Tails, ATailThatEveryDeviceHasConfirmedIsNotToldAgain) {
  wait_for_tails();
  ASSERT_TRUE(ana.write(ben, "it comes"));
  settle();
  town.time.run_for(hours(13));
  ASSERT_TRUE(ana.listen());
  EXPECT_EQ(heartbeats_waiting(ana), 0);
}

TEST_F(Tails, OneDeviceThatHasNotConfirmedIsReason) {
  Resident& tablet = town.visitor("tablet");
  ASSERT_TRUE(tablet.join(ben));
  settle();
  wait_for_tails();
  ASSERT_TRUE(ana.write(ben, "to both"));
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(ben.listen());
    town.time.run_for(minutes(1));
    ASSERT_TRUE(ana.listen());
  }
  town.time.run_for(hours(13));
  ana.watch = [&](client::Step step) {
    if (step == client::Step::drained) {
      EXPECT_EQ(heartbeats_waiting(ana), 0);
    }
  };
  ASSERT_TRUE(ana.listen());
  EXPECT_EQ(heartbeats_waiting(ana), 1);
}

TEST_F(Tails, NothingIsToldToWhoNeverAnswered) {
  Resident& cem = town.resident("cem");
  ASSERT_TRUE(ana.add(cem));
  ASSERT_TRUE(ana.write(cem, "do you know me?"));
  settle();
  town.time.run_for(hours(13));
  ASSERT_TRUE(ana.listen());
  EXPECT_EQ(ana.home.number("SELECT count(*) FROM outgoing WHERE body_kind = 24 AND account = x'" +
                            base::to_hex(cem.own().account_id.view()) + "'"),
            0);
}

TEST_F(Tails, AnOwnDeviceLearnsOfALostCopy) {
  Resident& tablet = town.visitor("tablet");
  ASSERT_TRUE(tablet.join(ana));
  settle();
  ASSERT_TRUE(ana.write(ben, "known to both"));
  settle();
  ASSERT_TRUE(ana.write(ben, "lost on the way to the tablet"));
  ASSERT_TRUE(ben.listen());
  town.time.run_for(minutes(1));
  lose(ana, ben, "also lost");
  wait_for_tails();
  auto history = tablet.history(ben.own().account_id.text());
  std::ranges::sort(history);
  EXPECT_EQ(history, (Texts{"also lost", "known to both", "lost on the way to the tablet"}));
}

TEST_F(Tails, WhatADeviceWroteThatHasLeftComesFromTheOthers) {
  Resident& tablet = town.visitor("tablet");
  ASSERT_TRUE(tablet.join(ana));
  settle();
  ASSERT_TRUE(tablet.write(ben, "from the tablet"));
  settle();
  lose(tablet, ben, "its last word");
  town.time.run_for(minutes(1));
  ASSERT_TRUE(tablet.run(tablet.engine->drain_outbox()));  // the copy for ana's other devices
  ASSERT_TRUE(ana.listen());
  client::own_list::Intent intent{.remove = tablet.own().device};
  ASSERT_TRUE(ana.run(ana.engine->change_list(intent)));
  settle();
  EXPECT_EQ(ben.texts(), (Texts{"first", "from the tablet", "its last word"})) << ben.refusals();
  EXPECT_EQ(ben.heard.back().message.device, tablet.own().device);
}

TEST_F(Tails, WhatNobodyHasOfADeviceThatLeftIsGoneAndNotAskedForAgain) {
  Resident& tablet = town.visitor("tablet");
  ASSERT_TRUE(tablet.join(ana));
  settle();
  ASSERT_TRUE(tablet.write(ben, "one"));
  settle();
  lose(tablet, ben, "two");  // no other device of hers ever gets it, either
  ASSERT_TRUE(tablet.write(ben, "three"));
  tablet.engine.reset();
  ASSERT_TRUE(ben.listen());
  EXPECT_EQ(ben.home.number("SELECT count(*) FROM gaps WHERE is_gone = 0"), 1);
  client::own_list::Intent intent{.remove = tablet.own().device};
  ASSERT_TRUE(ana.run(ana.engine->change_list(intent)));
  ASSERT_TRUE(ana.home->transact([&](store::Transaction& in) -> client::Result<void> {
    in.prepare("DELETE FROM messages WHERE body = 'two'").run();
    return {};
  }));
  settle();
  town.time.run_for(hours(2));
  settle();
  EXPECT_EQ(ben.home.number("SELECT count(*) FROM gaps WHERE is_gone = 0"), 0);
}

TEST_F(Tails, NobodySpeaksForADeviceThatIsListed) {
  Resident& tablet = town.visitor("tablet");
  ASSERT_TRUE(tablet.join(ana));
  settle();
  ASSERT_TRUE(tablet.write(ben, "mine"));
  settle();
  const auto held = ben.heard.size();
  wire::Resent forged{
      .device = tablet.own().device, .id = {1}, .sent_at = {1}, .seq = 77, .text = {.text = "not mine"}};
  const auto made = ana.home->transact([&](store::Transaction& in) -> client::Result<void> {
    const auto kept = store::messages::history(in, ben.own().account_id, std::nullopt);
    store::Outgoing out{.account = ben.own().account_id,
                        .message = kept.back().id,
                        .message_id = ana.random.bytes<16>(),
                        .sent_at = store::own_account::next_sent_at(in, town.time.now()),
                        .body = forged};
    store::outgoing::keep(in, out);
    return {};
  });
  ASSERT_TRUE(made);
  settle();
  EXPECT_EQ(ben.heard.size(), held);
  EXPECT_NE(ben.refusals().find("can speak for itself"), std::string::npos) << ben.refusals();
}

}  // namespace
}  // namespace sotto::test

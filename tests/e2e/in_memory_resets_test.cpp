// Somebody begins a new account and says whose place it takes: one question, and nothing is sent before the answer.
#include <gtest/gtest.h>

#include "client/people.hpp"
#include "client/resets.hpp"
#include "e2e/town.hpp"

namespace sotto::test {
namespace {

using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

class InMemoryResets : public testing::Test {
 protected:
  void SetUp() override {
    Town::introduce(ana, ben);
    ASSERT_TRUE(ana.write(ben, "hello"));
    ASSERT_TRUE(ben.listen());
    ASSERT_TRUE(ben.write(ana, "hello"));
    settle(ana, ben);
    ASSERT_TRUE(ben.engine->verify("ana", true));
    ben.heard.clear();
    ben.notices.clear();
  }
  void settle(Resident& one, Resident& another) {
    for (int round = 0; round < 3; ++round) {
      town.time.run_for(40s);
      for (Resident* who : {&one, &another}) ASSERT_TRUE(who->listen());
    }
  }
  /// A new account that says to be another's.
  void say_to_be(Resident& made, Resident& whom) {
    client::RegistrationWish wish = made.wish();
    wish.replaces = whom.own().account_id;
    const auto invitation = made.run(made.engine->prepare_registration(wish));
    ASSERT_TRUE(invitation);
    ASSERT_TRUE(made.run(made.engine->register_account(wish, *invitation, made.recovery_key)));
    ASSERT_TRUE(made.add(ben));
    ASSERT_TRUE(made.write(ben, "it's me, with a new account"));
    ASSERT_TRUE(ben.listen());
  }
  store::State state_of(const client::Result<store::Message>& message) {
    return ben.engine->message(message->id)->state;
  }

  Town town;
  Resident& ana = town.resident("ana");
  Resident& ben = town.resident("ben");
  Resident& again = town.visitor("ana.again");
};

TEST_F(InMemoryResets, OneOfAVerifiedContactAsksOneQuestionAndSendingWaits_A08) {
  say_to_be(again, ana);
  ASSERT_TRUE(again.write(ben, "did you get that?"));
  settle(again, ben);
  EXPECT_EQ(ben.told(), std::vector<std::string>{"account_replaced"});
  EXPECT_TRUE(ben.notices.front().is_loud());
  EXPECT_NE(ben.notices.front().words.find("Nothing proves that"), std::string::npos);
  const auto waits = ben.engine->enqueue("ana", "is that you?");
  ASSERT_TRUE(waits);
  const auto drained = ben.run(ben.engine->drain_outbox());
  ASSERT_FALSE(drained);
  EXPECT_NE(drained.error().message.find("contact reset"), std::string::npos);
  settle(ana, ben);
  EXPECT_NE(state_of(waits), store::State::sent);
  EXPECT_TRUE(ben.engine->verify("ana", false)->is_verified) << "a claim changes nothing";
}

TEST_F(InMemoryResets, WhatWasWrittenBeforeIsNeverSentToTheNewAccount_A08) {
  town.disconnect();
  const auto before = ben.engine->enqueue("ana", "only for who you were");
  ASSERT_TRUE(before);
  town.network.set_down(false);
  say_to_be(again, ana);
  const auto answered = client::resets::answer(*ben.engine, "ana", std::nullopt, true);
  ASSERT_TRUE(answered) << answered.error().message;
  EXPECT_EQ(answered->account_id, again.own().account_id);
  ASSERT_TRUE(ben.run(ben.engine->drain_outbox()));
  settle(again, ben);
  EXPECT_EQ(state_of(before), store::State::failed);
  EXPECT_TRUE(again.texts().empty());
  ASSERT_TRUE(ben.write(ana, "now to your new one"));  // "ana" is the new account
  settle(again, ben);
  EXPECT_EQ(again.texts(), Texts{"now to your new one"});
  EXPECT_FALSE(ben.engine->verify("ana", false)->is_verified) << "it is to be compared anew";
}

TEST_F(InMemoryResets, RefusedItIsBlockedAndWhatWaitedIsSent) {
  say_to_be(again, ana);
  const auto waits = ben.engine->enqueue("ana", "somebody says to be you");
  ASSERT_TRUE(client::resets::answer(*ben.engine, "ana", std::nullopt, false));
  ASSERT_TRUE(ben.run(ben.engine->drain_outbox()));
  EXPECT_EQ(state_of(waits), store::State::sent);
  ben.heard.clear();
  (void)again.write(ben, "but it is me");
  ASSERT_TRUE(ben.listen());
  EXPECT_TRUE(ben.heard.empty());
  EXPECT_FALSE(client::resets::answer(*ben.engine, "ana", std::nullopt, true)) << "it was answered";
}

TEST_F(InMemoryResets, AnsweredOnOneDeviceAreStillAskedOnTheOther) {
  Resident& tablet = town.visitor("tablet");
  ASSERT_TRUE(tablet.join(ben));
  settle(ben, tablet);
  say_to_be(again, ana);
  settle(ben, tablet);
  ASSERT_TRUE(client::resets::answer(*ben.engine, "ana", std::nullopt, true));
  ASSERT_TRUE(ben.run(ben.engine->change_list({.name = "desk", .rename = ben.own().device})));  // syncs all contacts
  settle(ben, tablet);
  EXPECT_EQ(std::ranges::count(tablet.told(), "account_replaced"), 1);
  const auto answered = client::resets::answer(*tablet.engine, ana.own().account_id.text(), std::nullopt, false);
  ASSERT_TRUE(answered) << answered.error().message;
  EXPECT_EQ(answered->standing, store::Standing::accepted) << "the old account, as it was here";
}

TEST_F(InMemoryResets, OfSomebodyWhoIsNoContactAskNothing) {
  Resident& cem = town.resident("cem");
  say_to_be(again, cem);
  EXPECT_TRUE(ben.told().empty());
  EXPECT_EQ(client::people::requests(*ben.engine)->size(), 1u) << "a request like any other";
  ASSERT_TRUE(ben.write(ana, "as before"));
}

TEST_F(InMemoryResets, SaidByManyAskNoMoreThanFourQuestions) {
  for (int i = 0; i < 6; ++i) {
    Resident& one = town.visitor("ana." + std::to_string(i));
    say_to_be(one, ana);
  }
  EXPECT_EQ(ben.told().size(), 4u);
  EXPECT_FALSE(client::resets::answer(*ben.engine, "ana", std::nullopt, true)) << "one is to be named";
}

}  // namespace
}  // namespace sotto::test

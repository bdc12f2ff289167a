// What is said for who is there now: sent at once or never, kept by nobody.
#include <gtest/gtest.h>

#include "client/conversations.hpp"
#include "client/preferences.hpp"
#include "e2e/town.hpp"

namespace sotto::test {
namespace {

using namespace std::chrono_literals;
namespace talk = client::conversations;

class InMemoryTyping : public testing::Test {
 protected:
  void SetUp() override {
    Town::introduce(ana, ben);
    ASSERT_TRUE(ana.write(ben, "first"));
    ASSERT_TRUE(ben.listen());
    ASSERT_TRUE(ben.write(ana, "second"));
    ASSERT_TRUE(ana.listen());
    for (Resident* who : {&ana, &ben}) ASSERT_TRUE(client::preferences::set(*who->engine, "typing", true));
  }
  void open_mailbox() {
    ben.keep_listening();
    town.time.settle();
  }
  static bool is_typing(const client::admission::Overheard& said) {
    return std::get<client::contents::TypingNow>(said.what).is_typing;
  }
  client::Result<void> say(bool is_typing) {
    if (const auto kept = talk::tell_typing(*ana.engine, "ben", is_typing); !kept) return kept;
    const auto sent = ana.run(ana.engine->drain_outbox());
    town.time.settle();
    return sent;
  }

  Town town;
  Resident& ana = town.resident("ana");
  Resident& ben = town.resident("ben");
};

TEST_F(InMemoryTyping, WhoIsThereIsToldThatItBeginsAndEnds) {
  open_mailbox();
  ASSERT_TRUE(say(true));
  ASSERT_TRUE(say(false));
  ASSERT_EQ(ben.overheard.size(), 2u);
  EXPECT_TRUE(is_typing(ben.overheard[0]));
  EXPECT_EQ(ben.overheard[0].sender_name, "ana");
  EXPECT_FALSE(is_typing(ben.overheard[1]));
}

TEST_F(InMemoryTyping, WhoComesLaterIsToldNothing) {
  ASSERT_TRUE(say(true));
  ASSERT_TRUE(ben.listen());
  EXPECT_TRUE(ben.overheard.empty());
  EXPECT_EQ(ana.home.number("SELECT count(*) FROM outgoing WHERE body IS NOT NULL AND seq = 0"),
            ana.home.number("SELECT count(*) FROM outgoing WHERE not_before > 0"))
      << "nothing of it waits";
}

TEST_F(InMemoryTyping, ItIsToldToNobodyUnlessThePersonChoseIt) {
  ASSERT_TRUE(client::preferences::set(*ana.engine, "typing", false));
  const auto told = talk::tell_typing(*ana.engine, "ben", true);
  ASSERT_FALSE(told);
  EXPECT_NE(told.error().message.find("sotto typing on"), std::string::npos);
}

TEST_F(InMemoryTyping, WhoDoesNotTellIsNotTold) {
  ASSERT_TRUE(client::preferences::set(*ben.engine, "typing", false));
  open_mailbox();
  ASSERT_TRUE(say(true));
  EXPECT_TRUE(ben.overheard.empty());
}

TEST_F(InMemoryTyping, WhatCouldNotLeaveAtOnceNeverDoes) {
  open_mailbox();
  ASSERT_TRUE(talk::tell_typing(*ana.engine, "ben", true));
  town.time.run_for(11s);
  ASSERT_TRUE(ana.run(ana.engine->drain_outbox()));
  town.time.settle();
  EXPECT_TRUE(ben.overheard.empty());
}

TEST_F(InMemoryTyping, AServerThatIsAwayHoldsNothingOfItBack) {
  town.network.set_down(true);
  EXPECT_FALSE(say(true));
  EXPECT_EQ(ana.home.number("SELECT count(*) FROM outgoing WHERE not_before = 0"), 0);
  town.network.set_down(false);
}

TEST_F(InMemoryTyping, NothingIsFetchedForIt) {
  Resident& cem = town.resident("cem");
  Town::introduce(ana, cem);
  ASSERT_TRUE(talk::tell_typing(*ana.engine, "cem", true));
  ASSERT_TRUE(ana.run(ana.engine->drain_outbox()));
  EXPECT_EQ(ana.home.number("SELECT count(*) FROM sessions"), 1) << "with ben alone";
  EXPECT_EQ(cem.status().one_time_prekeys, 100u);
}

TEST_F(InMemoryTyping, TextsGoOnAroundIt) {
  open_mailbox();
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(say(true));
    ASSERT_TRUE(ana.write(ben, std::to_string(i)));
    town.time.settle();
  }
  EXPECT_EQ(ben.texts(), (std::vector<std::string>{"first", "0", "1", "2", "3", "4"}));
  EXPECT_EQ(ben.overheard.size(), 5u);
}

}  // namespace
}  // namespace sotto::test

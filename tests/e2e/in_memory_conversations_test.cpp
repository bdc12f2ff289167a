// What a person does in a conversation beside writing a text.
#include <gtest/gtest.h>

#include "client/conversations.hpp"
#include "client/preferences.hpp"
#include "e2e/town.hpp"

namespace sotto::test {
namespace {

using namespace std::chrono_literals;
namespace talk = client::conversations;
using Texts = std::vector<std::string>;

class InMemoryConversations : public testing::Test {
 protected:
  void SetUp() override {
    Town::introduce(ana, ben);
    ASSERT_TRUE(ana.write(ben, "first"));
    ASSERT_TRUE(ben.listen());
    ASSERT_TRUE(ben.write(ana, "second"));
    settle();
    ben.heard.clear();
    ana.heard.clear();
  }
  /// What is jittered leaves and arrives.
  void settle() {
    for (int round = 0; round < 3; ++round) {
      town.time.run_for(40s);
      for (Resident* who : {&ana, &ben}) ASSERT_TRUE(who->listen());
    }
  }
  static store::Message last(Resident& at, const std::string& with) {
    return at.engine->history(with, 1)->front().message;
  }
  static std::string id(const store::Message& message) { return base::to_hex(message.message_id); }
  static auto reactions(Resident& at, const store::Message& message) {
    return *at.home->transact([&](store::Transaction& in) -> client::Result<Texts> {
      Texts made;
      const auto all = store::messages::reactions(in, message.id);
      for (const auto& [who, emoji] : all) made.push_back(emoji);
      return made;
    });
  }
  /// Writes from ana to ben; both have it.
  store::Message written(const std::string& text) {
    CHECK(ana.write(ben, text));
    CHECK(ben.listen());
    return last(ana, "ben");
  }

  Town town;
  Resident& ana = town.resident("ana");
  Resident& ben = town.resident("ben");
};

TEST_F(InMemoryConversations, AReactionArrivesAndIsTakenBack) {
  const auto message = written("look");
  ASSERT_TRUE(talk::react(*ben.engine, "ana", id(message), "👍"));
  settle();
  EXPECT_EQ(reactions(ana, last(ana, "ben")), Texts{"👍"});
  ASSERT_TRUE(talk::react(*ben.engine, "ana", id(message), std::nullopt));
  settle();
  EXPECT_TRUE(reactions(ana, last(ana, "ben")).empty());
  EXPECT_TRUE(reactions(ben, last(ben, "ana")).empty());
}

TEST_F(InMemoryConversations, AnEditChangesTheTextOnBothSidesAndKeepsTheOneBefore) {
  const auto message = written("teh");
  ASSERT_TRUE(talk::edit(*ana.engine, "ben", id(message), "the"));
  settle();
  EXPECT_EQ(last(ana, "ben").body, "the");
  const auto there = last(ben, "ana");
  EXPECT_EQ(there.body, "the");
  EXPECT_TRUE(there.edited_at);
  const auto earlier = *ben.home->transact([&](store::Transaction& in) -> client::Result<Texts> {
    Texts made;
    for (const auto& [at, text] : store::messages::earlier_texts(in, there.id)) made.push_back(text);
    return made;
  });
  EXPECT_EQ(earlier, Texts{"teh"});
}

TEST_F(InMemoryConversations, OnlyWhoWroteAMessageChangesIt) {
  const auto message = written("mine");
  const auto edited = talk::edit(*ben.engine, "ana", id(message), "yours");
  ASSERT_FALSE(edited);
  EXPECT_NE(edited.error().message.find("only who wrote"), std::string::npos);
  EXPECT_FALSE(talk::remove(*ben.engine, "ana", id(message)));
  EXPECT_EQ(last(ben, "ana").body, "mine");
}

TEST_F(InMemoryConversations, ADeletionErasesTheTextOnBothSides) {
  const auto message = written("regretted words");
  ASSERT_TRUE(talk::remove(*ana.engine, "ben", id(message)));
  settle();
  EXPECT_TRUE(last(ben, "ana").is_deleted);
  for (Resident* at : {&ana, &ben}) {
    for (const auto& [table, rows] : at->home.dump()) {
      for (const std::string& row : rows) EXPECT_EQ(row.find("regretted"), row.npos) << at->name << ": " << table;
    }
  }
}

TEST_F(InMemoryConversations, WhatWasDeletedBeforeItLeftIsNeitherSeenNorMissed) {
  town.disconnect();
  const auto kept = ana.engine->enqueue("ben", "never mind");
  ASSERT_TRUE(kept);
  ASSERT_TRUE(talk::remove(*ana.engine, "ben", id(*kept)));
  town.network.set_down(false);
  ASSERT_TRUE(ana.run(ana.engine->drain_outbox()));
  ASSERT_TRUE(ana.write(ben, "after it"));
  settle();
  EXPECT_EQ(ben.texts(), Texts{"after it"});
  EXPECT_TRUE(ben.told().empty()) << "no message is missing";
}

TEST_F(InMemoryConversations, AnAnswerQuotesWhatItAnswers) {
  const auto message = written("shall we?");
  ASSERT_TRUE(talk::reply(*ben.engine, "ana", id(message), "yes"));
  ASSERT_TRUE(ben.run(ben.engine->drain_outbox()));
  ASSERT_TRUE(ana.listen());
  const auto answer = last(ana, "ben");
  ASSERT_TRUE(answer.quote);
  EXPECT_EQ(answer.quote->of, message.ref());
  EXPECT_EQ(answer.quote->excerpt, "shall we?");
}

TEST_F(InMemoryConversations, WhatWasReadIsSaidToBeReadAndOnlyThat) {
  written("one");
  written("two");
  const auto first = ben.engine->history("ana", 2)->front().message;
  EXPECT_EQ(*talk::mark_read(*ben.engine, "ana", id(first)), 2) << "and the one of before";
  settle();
  const auto seen = *ana.engine->history("ben", 2);
  EXPECT_EQ(seen[0].message.state, store::State::read);
  EXPECT_EQ(seen[1].message.state, store::State::delivered);
  EXPECT_EQ(*talk::mark_read(*ben.engine, "ana", std::nullopt), 1);
  EXPECT_EQ(*talk::mark_read(*ben.engine, "ana", std::nullopt), 0) << "each once";
}

TEST_F(InMemoryConversations, WithoutReceiptsNothingIsSaidOfWhatCameOrWasRead) {
  ASSERT_TRUE(client::preferences::set(*ben.engine, "receipts", false));
  written("quiet");
  ASSERT_TRUE(talk::mark_read(*ben.engine, "ana", std::nullopt));
  settle();
  EXPECT_EQ(last(ana, "ben").state, store::State::sent);
}

TEST_F(InMemoryConversations, ASettingIsTheSameOnAllDevices) {
  Resident& tablet = town.visitor("tablet");
  ASSERT_TRUE(tablet.join(ana));
  ASSERT_TRUE(client::preferences::set(*ana.engine, "receipts", false));
  settle();
  ASSERT_TRUE(tablet.listen());
  const auto chosen = client::preferences::list(*tablet.engine);
  ASSERT_TRUE(chosen);
  for (const auto& one : *chosen) {
    EXPECT_FALSE(one.name == "receipts" && one.is_on);
  }
}

TEST_F(InMemoryConversations, WhatIsReadOnOneDeviceIsReadOnAll) {
  Resident& tablet = town.visitor("tablet");
  ASSERT_TRUE(tablet.join(ben));
  settle();
  ASSERT_TRUE(ana.write(ben, "for both"));
  settle();
  ASSERT_TRUE(tablet.listen());
  ASSERT_TRUE(talk::mark_read(*ben.engine, "ana", std::nullopt));
  settle();
  ASSERT_TRUE(tablet.listen());
  EXPECT_TRUE(last(tablet, "ana").read_at);
  EXPECT_EQ(*talk::mark_read(*tablet.engine, "ana", std::nullopt), 0) << "nothing is left to say";
}

TEST_F(InMemoryConversations, ATimerCountsFromSendingHereAndFromReadingThere_A44) {
  ASSERT_TRUE(talk::set_timer(*ana.engine, "ben", 60));
  settle();
  const auto sent = written("gone in a minute");
  EXPECT_TRUE(sent.expires_at);
  EXPECT_FALSE(last(ben, "ana").expires_at) << "not read yet";
  town.time.run_for(61s);
  ASSERT_TRUE(ana.listen());
  ASSERT_TRUE(ben.listen());
  EXPECT_TRUE(last(ana, "ben").is_deleted);
  EXPECT_EQ(last(ben, "ana").body, "gone in a minute");
  ASSERT_TRUE(talk::mark_read(*ben.engine, "ana", std::nullopt));
  town.time.run_for(61s);
  ASSERT_TRUE(ben.listen());
  EXPECT_TRUE(last(ben, "ana").is_deleted);
  for (Resident* at : {&ana, &ben}) {
    for (const auto& [table, rows] : at->home.dump()) {
      for (const std::string& row : rows)
        EXPECT_EQ(row.find("gone in a minute"), row.npos) << at->name << ": " << table;
    }
    EXPECT_FALSE(std::filesystem::exists(at->home.file().string() + "-wal") &&
                 std::filesystem::file_size(at->home.file().string() + "-wal") > 65'536)
        << "the log was emptied when it expired";
  }
}

TEST_F(InMemoryConversations, WhatDisappearsDoesSoWhileTheMailboxStaysOpen) {
  ASSERT_TRUE(talk::set_timer(*ana.engine, "ben", 60));
  settle();
  written("short");
  ASSERT_TRUE(talk::mark_read(*ben.engine, "ana", std::nullopt));
  ben.keep_listening();
  town.time.run_for(62s);
  EXPECT_TRUE(last(ben, "ana").is_deleted);
}

TEST_F(InMemoryConversations, AnAnswerToNoMessageIsRefusedInWords) {
  for (const std::string& wrong : {std::string("zz"), std::string(32, '0')}) {
    const auto reacted = talk::react(*ana.engine, "ben", wrong, "👍");
    ASSERT_FALSE(reacted);
    EXPECT_NE(reacted.error().message.find("message"), std::string::npos);
  }
  EXPECT_FALSE(talk::set_timer(*ana.engine, "ben", 3'000'000));
}

}  // namespace
}  // namespace sotto::test

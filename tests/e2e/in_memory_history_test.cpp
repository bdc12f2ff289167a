// What was written before a device was linked comes to it, if the person says so.
#include "client/conversations.hpp"
#include "client/histories.hpp"
#include "client/preferences.hpp"
#include "e2e/link_table.hpp"
#include "store/histories.hpp"
#include "wire/history.hpp"

namespace sotto::test {
namespace {

namespace talk = client::conversations;
namespace histories = client::histories;
using Texts = std::vector<std::string>;

struct InMemoryHistory : LinkTable {
  static std::string id(const store::Message& message) { return base::to_hex(message.message_id); }
  void talk_before() {
    for (const char* text : {"one", "two", "three"}) {
      ASSERT_TRUE(ana.write(ben, text));
      settle();
      ASSERT_TRUE(ben.write(ana, std::string("re: ") + text));
      settle();
    }
  }
  wire::DeviceNumber number_of_tablet() { return tablet.own().device; }
  void give() {
    const auto begun = histories::give(*ben.engine, number_of_tablet());
    ASSERT_TRUE(begun) << begun.error().message;
    settle();
  }
  bool is_complete(Resident& at) {
    const auto all = histories::progress(*at.engine);
    return all && !all->empty() && all->front().is_done;
  }
};

TEST_F(InMemoryHistory, ComesInItsOrderBeforeWhatCameSince) {
  talk_before();
  link();
  ASSERT_TRUE(ana.write(ben, "since"));
  settle();
  EXPECT_EQ(tablet.history("ana"), Texts{"since"});
  give();
  EXPECT_EQ(tablet.history("ana"), ben.history("ana"));
  EXPECT_EQ(tablet.history("ana").size(), 7u);
  EXPECT_TRUE(is_complete(ben));
  EXPECT_TRUE(is_complete(tablet));
}

TEST_F(InMemoryHistory, NothingOfItComesUnlessItIsGiven) {
  talk_before();
  link();
  settle();
  EXPECT_TRUE(tablet.history("ana").empty());
}

TEST_F(InMemoryHistory, IsNotToldAsNews) {
  talk_before();
  link();
  tablet.heard.clear();
  give();
  EXPECT_TRUE(tablet.texts().empty());
}

TEST_F(InMemoryHistory, ReactionsEditsQuotesAndStatesComeAlong) {
  ASSERT_TRUE(ana.write(ben, "look"));
  settle();
  const auto look = ben.engine->history("ana", 1)->front().message;
  ASSERT_TRUE(talk::react(*ben.engine, "ana", id(look), "👍"));
  ASSERT_TRUE(talk::reply(*ben.engine, "ana", id(look), "I lokoed"));
  settle();
  const auto reply = ben.engine->history("ana", 1)->front().message;
  ASSERT_TRUE(talk::edit(*ben.engine, "ana", id(reply), "I looked"));
  ASSERT_TRUE(talk::mark_read(*ana.engine, "ben", std::nullopt));
  settle();
  link();
  give();
  const auto at_ben = *ben.engine->history("ana", std::nullopt);
  const auto at_tablet = *tablet.engine->history("ana", std::nullopt);
  ASSERT_EQ(at_tablet.size(), at_ben.size());
  EXPECT_EQ(at_tablet[1].message.body, "I looked");
  EXPECT_EQ(at_tablet[1].message.quote->excerpt, "look");
  EXPECT_EQ(at_tablet[1].message.edited_at, at_ben[1].message.edited_at);
  EXPECT_EQ(at_tablet[1].message.state, at_ben[1].message.state);
  EXPECT_EQ(at_tablet[1].message.read_at, at_ben[1].message.read_at);
  const auto kept = tablet.home->transact([&](store::Transaction& in) -> client::Result<void> {
    EXPECT_EQ(store::messages::reactions(in, at_tablet[0].message.id).front().second, "👍");
    EXPECT_EQ(store::messages::earlier_texts(in, at_tablet[1].message.id).front().second, "I lokoed");
    return {};
  });
  ASSERT_TRUE(kept);
}

TEST_F(InMemoryHistory, WhatIsThereIsNotThereTwiceHoweverOftenItIsGiven) {
  talk_before();
  link();
  give();
  give();
  EXPECT_EQ(tablet.history("ana"), ben.history("ana"));
}

TEST_F(InMemoryHistory, WhatWasDeletedBeforeItCameDoesNotComeBack) {
  ASSERT_TRUE(ana.write(ben, "regretted"));
  settle();
  const auto message = ana.engine->history("ben", 1)->front().message;
  link();
  const auto begun = tablet.home->transact([](store::Transaction& in) -> client::Result<void> {
    store::histories::keep(in, store::histories::Coming{.giver = wire::DeviceNumber(1), .total = 1});
    return {};
  });
  ASSERT_TRUE(begun);
  ASSERT_TRUE(talk::remove(*ana.engine, "ben", id(message)));
  ASSERT_TRUE(ana.run(ana.engine->drain_outbox()));
  ASSERT_TRUE(tablet.listen());  // ben has not heard of it when his part leaves
  ASSERT_TRUE(histories::give(*ben.engine, number_of_tablet()));
  ASSERT_TRUE(ben.run(ben.engine->drain_outbox()));
  settle();
  EXPECT_TRUE(tablet.history("ana").empty());
  EXPECT_EQ(tablet.home.number("SELECT count(*) FROM history_deleted"), 0) << "forgotten with the end";
}

TEST_F(InMemoryHistory, GoesOnWhereItStoodThroughRestartsOfBoth) {
  constexpr std::size_t length = 200u << 10;  // each is a part of its own
  for (int i = 0; i < 12; ++i) ASSERT_TRUE(ana.write(ben, std::to_string(i) + std::string(length, '.')));
  settle();
  link();
  ASSERT_TRUE(histories::give(*ben.engine, number_of_tablet()));
  std::size_t had = 0;
  for (int round = 0; round < 20; ++round) {
    ben.restart(), tablet.restart();
    for (Resident* who : {&ben, &tablet}) ASSERT_TRUE(who->listen());
    EXPECT_GE(tablet.history("ana").size(), had);
    had = tablet.history("ana").size();
    if (round == 0) {
      EXPECT_LT(had, 12u) << "a few parts at a time are under way";
    }
  }
  EXPECT_EQ(tablet.history("ana"), ben.history("ana"));
  EXPECT_TRUE(is_complete(tablet));
}

TEST_F(InMemoryHistory, PartsThatWereLostLeaveAgain) {
  talk_before();
  link();
  ASSERT_TRUE(histories::give(*ben.engine, number_of_tablet()));
  const auto lost = ben.home->transact([](store::Transaction& in) -> client::Result<void> {
    for (const auto id : store::outgoing::waiting(in)) store::outgoing::remove(in, id);
    return {};
  });
  ASSERT_TRUE(lost);
  settle();
  EXPECT_TRUE(tablet.history("ana").empty());
  town.time.run_for(std::chrono::hours(1));
  settle();
  EXPECT_EQ(tablet.history("ana"), ben.history("ana"));
}

TEST_F(InMemoryHistory, ADeviceThatIsNoAdminCanNotGiveOne) {
  talk_before();
  link();
  const auto begun = histories::give(*tablet.engine, wire::DeviceNumber(1));
  ASSERT_FALSE(begun);
  EXPECT_NE(begun.error().message.find("admin"), std::string::npos);
}

TEST_F(InMemoryHistory, ADeviceThatIsNoAdminPutsNoWordsIntoAContactsMouth) {
  link();
  const wire::HistoryRow forged{.conversation = ana.own().account_id,
                                .ref = {.account = ana.own().account_id, .device = wire::DeviceNumber(1), .id = {7}},
                                .text = {.text = "give him your money"},
                                .sent_at = town.time.now(),
                                .received_at = town.time.now(),
                                .state = static_cast<std::uint8_t>(store::State::received)};
  const wire::SyncHistory part{.device = wire::DeviceNumber(1), .first = 1, .last = 1, .rows = {forged.serialize()}};
  const auto account = ben.own();
  const auto speaker = number_of_tablet();
  const auto outcome = ben.home->transact([&](store::Transaction& in) -> client::Result<bool> {
    const client::outbox::Lent lent{.own = account, .now = town.time.now(), .random = ben.random};
    const auto made = histories::take(in, lent, part, {.account = account.account_id, .device = speaker});
    return std::holds_alternative<client::contents::Broken>(made);
  });
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(*outcome);
}

TEST_F(InMemoryHistory, NumbersThatThisDeviceGivesItselfAreNotTakenUpByIt) {
  link();
  const auto own = tablet.own();
  const wire::HistoryRow earlier{.conversation = ana.own().account_id,
                                 .ref = {.account = own.account_id, .device = own.device, .id = {7}},
                                 .text = {.text = "of who had this number before"},
                                 .seq = 1,
                                 .sent_at = town.time.now(),
                                 .received_at = town.time.now(),
                                 .state = static_cast<std::uint8_t>(store::State::sent)};
  const wire::SyncHistory part{.device = own.device, .first = 1, .last = 1, .rows = {earlier.serialize()}};
  const auto taken = tablet.home->transact([&](store::Transaction& in) -> client::Result<void> {
    const client::outbox::Lent lent{.own = own, .now = town.time.now(), .random = tablet.random};
    static_cast<void>(histories::take(in, lent, part, {.account = own.account_id, .device = wire::DeviceNumber(1)}));
    return {};
  });
  ASSERT_TRUE(taken);
  EXPECT_EQ(tablet.history("ana"), Texts{"of who had this number before"});
  EXPECT_TRUE(tablet.write(ana, "the first of this one"));
}

TEST_F(InMemoryHistory, SettingsAndTheProfileNameComeWithTheDevice) {
  ASSERT_TRUE(client::preferences::set(*ben.engine, "typing", true));
  ASSERT_TRUE(client::preferences::set_profile_name(*ben.engine, "Ben B."));
  link();
  settle();
  EXPECT_EQ(*client::preferences::profile_name(*tablet.engine), "Ben B.");
  const auto chosen = *client::preferences::list(*tablet.engine);
  EXPECT_TRUE(std::ranges::any_of(chosen, [](const auto& one) { return one.name == "typing" && one.is_on; }));
}

}  // namespace
}  // namespace sotto::test

// A device is linked, in memory and under virtual time.
#include "e2e/link_table.hpp"

namespace sotto::test {
namespace {

using namespace std::chrono_literals;
using linking::AdminStep;
using linking::NewStep;
using Texts = std::vector<std::string>;

struct InMemoryLinking : LinkTable {};

TEST_F(InMemoryLinking, ALinkedDeviceStandsOnTheListByItsName) {
  link();
  ASSERT_EQ(ben.devices().size(), 2u);
  EXPECT_EQ(ben.devices()[1].name, "the tablet");
  EXPECT_FALSE(ben.devices()[1].is_admin);
  EXPECT_EQ(tablet.devices()[1].name, "the tablet");
  EXPECT_TRUE(tablet.devices()[1].is_this);
  EXPECT_EQ(tablet.own().account_id, ben.own().account_id);
  EXPECT_EQ(tablet.own().user_name, "ben");
  EXPECT_FALSE(tablet.own().account_key) << "promoting is a second, separate act";
}

TEST_F(InMemoryLinking, ALinkedDeviceHasTheSecretsAndContactsOfItsAccount) {
  link();
  EXPECT_TRUE(base::same(tablet.own().account_secret.expose(), ben.own().account_secret.expose()));
  EXPECT_EQ(tablet.own().link_token, ben.own().link_token);
  EXPECT_EQ(tablet.home.number("SELECT count(*) FROM contacts WHERE nickname = 'ana'"), 1);
  EXPECT_EQ(tablet.engine->address()->text(), ben.engine->address()->text());
}

TEST_F(InMemoryLinking, BothDevicesReceiveAndEachHasTheOthersWordsInItsHistory) {
  link();
  ASSERT_TRUE(ana.write(ben, "to both"));
  settle();
  EXPECT_EQ(ben.texts(), Texts{"to both"});
  EXPECT_EQ(tablet.texts(), Texts{"to both"});
  ASSERT_TRUE(tablet.write(ana, "from the tablet"));
  settle();
  ASSERT_TRUE(ben.write(ana, "from the phone"));
  settle();
  EXPECT_EQ(ana.texts(), (Texts{"from the tablet", "from the phone"}));
  EXPECT_EQ(ben.history("ana"), (Texts{"to both", "from the tablet", "from the phone"}));
  EXPECT_EQ(tablet.history("ana"), (Texts{"to both", "from the tablet", "from the phone"}));
}

TEST_F(InMemoryLinking, AContactSeesTwoDevicesInOneQuietLine) {
  link();
  ASSERT_TRUE(tablet.write(ana, "hello"));
  settle();
  EXPECT_EQ(ana.home.number("SELECT count(*) FROM peer_devices WHERE account_id = (SELECT account_id FROM contacts "
                            "WHERE nickname = 'ben')"),
            2);
  const auto told = ana.told();
  EXPECT_EQ(std::ranges::count(told, std::string(store::to_text(store::Notice::Kind::contact_devices))), 1);
}

TEST_F(InMemoryLinking, TheFirstCodeIsSixDigitsAndSoIsTheSecond) {
  const std::string first = meet();
  const auto second = town_run(there->confirm(first.substr(0, 3) + " " + first.substr(3)));
  ASSERT_TRUE(second) << "blanks between the digits are nothing";
  for (const std::string& code : {first, *second}) {
    EXPECT_EQ(code.size(), 6u);
    EXPECT_EQ(code.find_first_not_of("0123456789"), code.npos);
  }
  EXPECT_NE(first, *second);
}

TEST_F(InMemoryLinking, NoTraceOfTheSessionOrItsPrekeysStays) {
  const std::string code = confirm();
  EXPECT_EQ(tablet.home.number("SELECT count(*) FROM one_time_prekeys"), 100) << "its own was for this session only";
  const auto [finished, added] = together(here->finish(code), there->add("the tablet"));
  ASSERT_TRUE(finished && added);
  EXPECT_EQ(tablet.home.number("SELECT count(*) FROM linking"), 0);
  EXPECT_EQ(tablet.home.number("SELECT count(*) FROM linking_tries"), 0);
  EXPECT_EQ(ben.home.number("SELECT count(*) FROM linking_tries"), 0);
}

TEST_F(InMemoryLinking, APromotedDeviceAndNobodyElseGetsTheAccountKey) {
  link();
  Resident& laptop = town.visitor("ben's laptop");
  ASSERT_TRUE(laptop.join(ben));
  settle();
  const auto promoted = ben.run(ben.engine->change_list({.promote = tablet.own().device}));
  ASSERT_TRUE(promoted) << promoted.error().message;
  settle();
  EXPECT_TRUE(tablet.devices()[1].is_admin);
  ASSERT_TRUE(tablet.own().account_key);
  EXPECT_EQ(tablet.own().account_key->public_key(), ben.own().account_key->public_key());
  EXPECT_FALSE(laptop.own().account_key);
  EXPECT_EQ(ben.home.number("SELECT count(*) FROM outgoing WHERE instr(body, (SELECT account_private FROM "
                            "own_account)) > 0"),
            0);
  const auto renamed = tablet.run(tablet.engine->change_list({.name = "the old one", .rename = wire::DeviceNumber(1)}));
  EXPECT_TRUE(renamed) << "an admin changes the list: " << renamed.error().message;
}

TEST_F(InMemoryLinking, AListThatAnotherOwnDeviceBringsInAMessageIsOursToo) {
  link();
  ASSERT_TRUE(ben.run(ben.engine->change_list({.name = "the old tablet", .rename = tablet.own().device})));
  settle();
  EXPECT_EQ(tablet.devices()[1].name, "the old tablet");
}

TEST_F(InMemoryLinking, APromotedDeviceLinksTheNextOne) {
  link();
  ASSERT_TRUE(ben.run(ben.engine->change_list({.promote = tablet.own().device})));
  settle();
  stand_up();
  Resident& laptop = town.visitor("ben's laptop");
  here.emplace(*laptop.engine);
  there.emplace(*tablet.engine);
  const auto link = town_run(here->begin(wish()));
  ASSERT_TRUE(link);
  const auto [offered, met] = together(here->await_offer(), there->meet(*link));
  ASSERT_TRUE(offered && met);
  const auto second = town_run(there->confirm(offered->code));
  ASSERT_TRUE(second);
  const auto [finished, added] = together(here->finish(*second), there->add("the laptop"));
  ASSERT_TRUE(finished && added);
  settle();
  EXPECT_EQ(ben.devices().size(), 3u);
  EXPECT_EQ(laptop.own().device, wire::DeviceNumber(3));
}

TEST_F(InMemoryLinking, ANumberThatAnotherDeviceHadIsNotGivenAgain) {
  link();
  ASSERT_TRUE(ben.run(ben.engine->change_list({.remove = tablet.own().device})));
  stand_up();
  Resident& laptop = town.visitor("ben's laptop");
  here.emplace(*laptop.engine);
  there.emplace(*ben.engine);
  const auto link = town_run(here->begin(wish()));
  ASSERT_TRUE(link);
  const auto [offered, met] = together(here->await_offer(), there->meet(*link));
  ASSERT_TRUE(offered && met);
  const auto second = town_run(there->confirm(offered->code));
  const auto [finished, added] = together(here->finish(*second), there->add("the laptop"));
  ASSERT_TRUE(finished && added) << added.error().message;
  EXPECT_EQ(*added, wire::DeviceNumber(3));
}

TEST_F(InMemoryLinking, ACutConnectionIsMadeAgainWithinTheTwoMinutes) {
  sit_down();
  const auto link = town_run(here->begin(wish()));
  ASSERT_TRUE(link);
  town.network.cut_all();
  const auto later = town.time.after(5s, [&] { town.network.cut_all(); });
  const auto [offered, met] = together(here->await_offer(), there->meet(*link));
  ASSERT_TRUE(offered && met);
  town.network.cut_all();
  const auto second = town_run(there->confirm(offered->code));
  ASSERT_TRUE(second) << second.error().message;
  const auto [finished, added] = together(here->finish(*second), there->add("the tablet"));
  EXPECT_TRUE(finished && added);
}

// The program ends at a step on either side

struct NewDeviceEnds : LinkTable, testing::WithParamInterface<NewStep> {};

TEST_P(NewDeviceEnds, AndBothStayUsable) {
  sit_down([](NewStep step) {
    if (step == GetParam()) throw Crash{};
  });
  const auto walk = [&] {
    const auto link = town_run(here->begin(wish()));
    const auto [offered, met] = together(here->await_offer(), there->meet(*link));
    const auto second = town_run(there->confirm(offered->code));
    static_cast<void>(together(here->finish(*second), there->add("the tablet")));
  };
  EXPECT_THROW(walk(), Crash);
  town.time.run_for(3min);  // the admin's side goes on, or waits in vain
  stand_up();
  tablet.restart();
  linking::NewDevice again(*tablet.engine);
  const auto joining = again.is_joining();
  ASSERT_TRUE(joining);
  if (*joining) {
    static_cast<void>(town_run(again.resume()));
    town.time.run_for(10min);
    if (*again.is_joining()) static_cast<void>(town_run(again.resume()));
    EXPECT_FALSE(*again.is_joining());
  }
  const bool is_linked = *tablet.engine->has_account();
  EXPECT_EQ(is_linked, ben.devices().size() == 2u) << "no device is listed that does not know it";
  if (!is_linked) link();
  settle();
  ASSERT_TRUE(ana.write(ben, "to both"));
  settle();
  EXPECT_EQ(tablet.texts(), Texts{"to both"});
  EXPECT_EQ(ben.texts(), Texts{"to both"});
}

std::string name_of_new(const testing::TestParamInfo<NewStep>& info) {
  std::string name(to_text(info.param));
  std::ranges::replace(name, ' ', '_');
  return name;
}
INSTANTIATE_TEST_SUITE_P(InMemoryLinking, NewDeviceEnds,
                         testing::Values(NewStep::invited, NewStep::revealed, NewStep::joining,
                                         NewStep::asked_for_mailbox, NewStep::applied, NewStep::taken_up),
                         name_of_new);

struct AdminEnds : LinkTable, testing::WithParamInterface<AdminStep> {};

TEST_P(AdminEnds, AndBothStayUsable) {
  sit_down({}, [](AdminStep step) {
    if (step == GetParam()) throw Crash{};
  });
  const auto walk = [&] {
    const auto link = town_run(here->begin(wish()));
    const auto [offered, met] = together(here->await_offer(), there->meet(*link));
    const auto second = town_run(there->confirm(offered->code));
    static_cast<void>(together(here->finish(*second), there->add("the tablet")));
  };
  EXPECT_THROW(walk(), Crash);
  town.time.run_for(3min);
  there.reset();
  ben.restart();
  if (*here->is_joining()) {
    town.time.run_for(10min);
    if (*here->is_joining()) static_cast<void>(town_run(here->resume()));
    EXPECT_FALSE(*here->is_joining());
  }
  settle();
  const bool is_linked = *tablet.engine->has_account();
  EXPECT_EQ(is_linked, ben.devices().size() == 2u);
  stand_up();
  if (!is_linked) link();
  settle();
  ASSERT_TRUE(ana.write(ben, "to both"));
  settle();
  EXPECT_EQ(tablet.texts(), Texts{"to both"});
  EXPECT_EQ(ben.texts(), Texts{"to both"});
}

std::string name_of_admin(const testing::TestParamInfo<AdminStep>& info) {
  std::string name(to_text(info.param));
  std::ranges::replace(name, ' ', '_');
  return name;
}
INSTANTIATE_TEST_SUITE_P(InMemoryLinking, AdminEnds,
                         testing::Values(AdminStep::joined, AdminStep::offered, AdminStep::met, AdminStep::confirmed,
                                         AdminStep::heard_application, AdminStep::listed, AdminStep::welcomed),
                         name_of_admin);

}  // namespace
}  // namespace sotto::test

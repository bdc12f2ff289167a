#include "server/accounts/acts.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "server/keeper.hpp"
#include "server/limits.hpp"

namespace sotto::test {
namespace {

using By = Keeper::By;

struct ActsTest : testing::Test {
  ActsTest() {
    CHECK(ana.move_in().status == 200u);
    CHECK(bob.move_in().status == 200u);
  }
  ServerWorld world;
  TestDevice ana{world, 1, "ana"};
  TestDevice bob{world, 2, "bob"};
  Keeper keeper{ana};

  std::string rule_of(const net::Response& response) {
    const std::string message = parsed<frames::Error>(response.body).message();
    return message.substr(0, message.find(':'));
  }
};

TEST_F(ActsTest, AListWithASecondDeviceMakesItOne) {
  SecondDevice second(keeper, 11);
  EXPECT_EQ(second.arrive().status, 200u);
  EXPECT_TRUE(second.device.status().is_waiting());
  EXPECT_EQ(keeper.put_list(second.joined(2)).status, 200u);
  EXPECT_FALSE(second.device.status().is_waiting());
  EXPECT_EQ(second.device.status().device_number(), 2u);
  EXPECT_EQ(keeper.held().list.devices.size(), 2u);
  const auto bundles = parsed<frames::Bundles>(bob.ask_anonymously(ana, "POST", "/v1/bundles").body);
  EXPECT_EQ(bundles.bundles_size(), 2);
}

TEST_F(ActsTest, TheSameListAgainGetsTheSame200) {
  SecondDevice second(keeper, 11);
  EXPECT_EQ(second.arrive().status, 200u);
  const base::Blob act = keeper.list_act(second.joined(2));
  EXPECT_EQ(keeper.send("PUT", "/v1/account/list", act).status, 200u);
  EXPECT_EQ(keeper.send("PUT", "/v1/account/list", act).status, 200u);
}

TEST_F(ActsTest, AListThatLostTheRaceGetsTheOneThatStands) {
  SecondDevice second(keeper, 11), third(keeper, 12);
  EXPECT_EQ(second.arrive().status, 200u);
  EXPECT_EQ(third.arrive().status, 200u);
  const base::Blob late = keeper.list_act(third.joined(2));
  EXPECT_EQ(keeper.put_list(second.joined(2)).status, 200u);
  const auto lost = keeper.send("PUT", "/v1/account/list", late);
  EXPECT_EQ(lost.status, 409u);
  const auto error = parsed<frames::Error>(lost.body);
  EXPECT_EQ(error.code(), "list_passed");
  EXPECT_EQ(base::view(error.introduction()).size(), keeper.introduction().serialize().size());
}

TEST_F(ActsTest, ADeviceThatLeavesTheListLosesEverythingAtOnce) {
  SecondDevice second(keeper, 11);
  EXPECT_EQ(second.arrive().status, 200u);
  EXPECT_EQ(keeper.put_list(second.joined(2)).status, 200u);
  const auto mailbox = second.device.open_mailbox();
  ASSERT_TRUE(mailbox);
  EXPECT_TRUE(next_frame(world, **mailbox).has_drained());

  auto remaining = keeper.held().list.devices;
  remaining.pop_back();
  EXPECT_EQ(keeper.put_list({.devices = remaining}).status, 200u);
  const auto end = net::run(world.time, (*mailbox)->receive());
  EXPECT_FALSE(end);
  EXPECT_EQ(second.device.ask("GET", "/v1/status").status, 401u);
  const auto bundles = parsed<frames::Bundles>(bob.ask_anonymously(ana, "POST", "/v1/bundles").body);
  EXPECT_EQ(bundles.bundles_size(), 1);
}

TEST_F(ActsTest, AKeyOfADeviceThatLeftIsNotTakenAgain) {
  SecondDevice second(keeper, 11);
  EXPECT_EQ(second.arrive().status, 200u);
  EXPECT_EQ(keeper.put_list(second.joined(2)).status, 200u);
  auto remaining = keeper.held().list.devices;
  remaining.pop_back();
  EXPECT_EQ(keeper.put_list({.devices = remaining}).status, 200u);
  SecondDevice again(keeper, 11);
  const auto refused = again.arrive();
  EXPECT_EQ(refused.status, 409u);
  EXPECT_EQ(code_of(refused), "key_known");
}

TEST_F(ActsTest, ANumberIsNotGivenToAnotherKeyWithinAnEpoch) {
  SecondDevice second(keeper, 11), third(keeper, 12);
  EXPECT_EQ(second.arrive().status, 200u);
  EXPECT_EQ(third.arrive().status, 200u);
  EXPECT_EQ(keeper.put_list(second.joined(2)).status, 200u);
  auto remaining = keeper.held().list.devices;
  remaining.pop_back();
  EXPECT_EQ(keeper.put_list({.devices = remaining}).status, 200u);
  const auto refused = keeper.put_list(third.joined(2));
  EXPECT_EQ(refused.status, 409u);
  EXPECT_EQ(code_of(refused), "number_given");
  EXPECT_EQ(keeper.put_list(third.joined(3)).status, 200u);
}

TEST_F(ActsTest, ADeviceThatNeverCameIsRefused) {
  SecondDevice second(keeper, 11);
  const auto refused = keeper.put_list(second.joined(2));
  EXPECT_EQ(refused.status, 409u);
  EXPECT_EQ(code_of(refused), "device_unknown");
  EXPECT_EQ(keeper.held().list.devices.size(), 1u);
}

TEST_F(ActsTest, ADeviceThatWaitsForAnotherAccountIsRefused) {
  Keeper of_bob(bob);
  SecondDevice second(of_bob, 11);
  EXPECT_EQ(second.arrive().status, 200u);
  ListChange change{.devices = keeper.held().list.devices};
  change.devices.push_back(keeper.entry(2, second.device.draft, second.device.draft.mailbox));
  const auto refused = keeper.put_list(std::move(change));
  EXPECT_EQ(code_of(refused), "device_unknown");
}

TEST_F(ActsTest, OwnDevicesHearOfANewList) {
  const auto mailbox = ana.open_mailbox();
  ASSERT_TRUE(mailbox);
  EXPECT_TRUE(next_frame(world, **mailbox).has_drained());
  SecondDevice second(keeper, 11);
  EXPECT_EQ(second.arrive().status, 200u);
  EXPECT_EQ(keeper.put_list(second.joined(2)).status, 200u);
  EXPECT_TRUE(next_frame(world, **mailbox).notice().has_list_changed());
}

TEST_F(ActsTest, ASuccessionNeedsTheRootAndNoToken) {
  EXPECT_EQ(keeper.put_list({.is_new_epoch = true}).status, 200u);
  EXPECT_EQ(keeper.held().list.order.epoch, 20'001u);
  EXPECT_EQ(ana.ask("GET", "/v1/status").status, 200u);
}

TEST_F(ActsTest, ASuccessionWithoutTheRootIsRefused) {
  base::Blob body = keeper.list_body({.is_new_epoch = true});
  const auto refused = keeper.send("PUT", "/v1/account/list",
                                   keeper.act(wire::Operation::device_list, body, By::account_key, keeper.last_order));
  EXPECT_EQ(refused.status, 400u);
  EXPECT_EQ(rule_of(refused), "act_not_by_root");
  EXPECT_EQ(keeper.held().list.order.epoch, 20'000u);
}

TEST_F(ActsTest, TheKeyOfAnOlderEpochHasNoMoreSay) {
  const auto old_key = ana.draft.account.clone();
  EXPECT_EQ(keeper.put_list({.is_new_epoch = true}).status, 200u);
  ana.draft.account = old_key.clone();
  const auto refused = keeper.put_name("other");
  EXPECT_EQ(refused.status, 400u);
  EXPECT_EQ(rule_of(refused), "act_not_by_account_key");
}

TEST_F(ActsTest, WhoReturnsWithTheRecoveryKeyBringsItsDeviceAlong) {
  RegistrationDraft fresh(77, "here:443");
  const auto begun = keeper.begin();
  const auto mailbox = *wire::MailboxId::from(base::view(begun.mailbox_id()));
  ListChange change{.devices = {keeper.entry(2, fresh, mailbox)}, .is_new_epoch = true};
  change.arrival = wire::Arrival{.number = wire::DeviceNumber(2),
                                 .token_hash = wire::hash(wire::names::device_token, fresh.token),
                                 .prekeys = fresh.prekeys()};
  base::Blob body = keeper.list_body(std::move(change));
  const auto challenge = *base::fixed<32>(base::view(begun.challenge()));
  const base::Blob act =
      keeper.act_with(challenge, wire::Operation::device_list, std::move(body), By::root, keeper.last_order);
  EXPECT_EQ(keeper.send("PUT", "/v1/account/list", act).status, 200u);
  EXPECT_EQ(ana.ask("GET", "/v1/status").status, 401u);
  ana.draft.token = fresh.token;
  EXPECT_EQ(ana.status().device_number(), 2u);
}

TEST_F(ActsTest, ANameIsChangedAndGivenBack) {
  EXPECT_EQ(keeper.put_name("anna").status, 200u);
  EXPECT_FALSE(parsed<frames::LookUp>(bob.ask("GET", "/v1/names/ana").body).has_account());
  EXPECT_TRUE(parsed<frames::LookUp>(bob.ask("GET", "/v1/names/anna").body).has_account());
  EXPECT_EQ(keeper.put_name(std::nullopt).status, 200u);
  EXPECT_FALSE(parsed<frames::LookUp>(bob.ask("GET", "/v1/names/anna").body).has_account());
}

TEST_F(ActsTest, ANameOfAnotherIsRefusedAndTheOwnOneStays) {
  const auto refused = keeper.put_name("bob");
  EXPECT_EQ(refused.status, 409u);
  EXPECT_EQ(code_of(refused), "name_taken");
  EXPECT_TRUE(parsed<frames::LookUp>(bob.ask("GET", "/v1/names/ana").body).has_account());
}

TEST_F(ActsTest, AReplayedActIsRefusedAfterSomethingElseHappened) {
  const base::Blob first = keeper.act(wire::Operation::user_name, wire::NameBody{.user_name = "one"}.serialize());
  EXPECT_EQ(keeper.send("PUT", "/v1/account/name", first).status, 200u);
  EXPECT_EQ(keeper.send("PUT", "/v1/account/name", first).status, 200u);
  EXPECT_EQ(keeper.put_name("two").status, 200u);
  const auto replayed = keeper.send("PUT", "/v1/account/name", first);
  EXPECT_EQ(replayed.status, 409u);
  EXPECT_EQ(code_of(replayed), "act_used");
  world.restart();
  EXPECT_EQ(code_of(keeper.send("PUT", "/v1/account/name", first)), "act_used");
  EXPECT_TRUE(parsed<frames::LookUp>(bob.ask("GET", "/v1/names/two").body).has_account());
}

TEST_F(ActsTest, AnActOnAListThatHasPassedGetsTheOneThatStands) {
  const auto order = keeper.held().list.order;
  EXPECT_EQ(keeper.put_list({.devices = keeper.held().list.devices}).status, 200u);
  const base::Blob late =
      keeper.act(wire::Operation::user_name, wire::NameBody{.user_name = "late"}.serialize(), By::account_key, order);
  EXPECT_EQ(code_of(keeper.send("PUT", "/v1/account/name", late)), "list_passed");
}

TEST_F(ActsTest, AChallengeOfTenMinutesAgoIsTooOld) {
  const base::Blob act = keeper.act(wire::Operation::user_name, wire::NameBody{.user_name = "slow"}.serialize());
  world.time.run_for(std::chrono::minutes(11));
  const auto refused = keeper.send("PUT", "/v1/account/name", act);
  EXPECT_EQ(refused.status, 410u);
  EXPECT_EQ(code_of(refused), "challenge_expired");
}

TEST_F(ActsTest, AnAccountThatIsNotThereIsAnsweredLikeASignatureThatIsNotItsOwn) {
  TestDevice nobody(world, 9, "nobody");
  Keeper of_nobody(nobody);
  const base::Blob act = of_nobody.act(wire::Operation::user_name, wire::NameBody{.user_name = "nobody"}.serialize(),
                                       By::account_key, wire::Order{0, 20'000, 1});
  const auto unknown = of_nobody.send("PUT", "/v1/account/name", act);
  ana.draft.account = nobody.draft.account.clone();
  const auto foreign = keeper.put_name("nobody");
  EXPECT_EQ(unknown.status, foreign.status);
  EXPECT_EQ(unknown.body, foreign.body);
}

TEST_F(ActsTest, WhatOthersSendUsesNothingOfAnAccountsBudgetUp) {
  const auto own_key = ana.draft.account.clone();
  ana.draft.account = bob.draft.account.clone();
  for (int i = 0; i < 50; ++i) EXPECT_EQ(keeper.put_name("thief").status, 400u);
  ana.draft.account = own_key.clone();
  EXPECT_EQ(keeper.put_name("anna").status, 200u);
}

TEST_F(ActsTest, AnAccountsOwnActsHaveABudget) {
  unsigned status = 200;
  for (int i = 0; status == 200u && i < 100; ++i) status = keeper.put_name("name" + std::to_string(i)).status;
  EXPECT_EQ(status, 429u);
  EXPECT_EQ(ana.ask("GET", "/v1/status").status, 200u);
}

TEST_F(ActsTest, AHiddenNameLooksAsIfItDidNotExist) {
  frames::Settings settings;
  settings.set_takes_knocks(true);
  EXPECT_EQ(ana.ask("PUT", "/v1/settings", serialized(settings)).status, 200u);
  const auto hidden = bob.ask("GET", "/v1/names/ana"), absent = bob.ask("GET", "/v1/names/nobody");
  EXPECT_EQ(hidden.body, absent.body);
  EXPECT_FALSE(ana.status().settings().is_discoverable());
}

TEST_F(ActsTest, WhoTakesNoKnocksLooksAsIfItDidNotExist) {
  frames::Settings settings;
  settings.set_is_discoverable(true);
  EXPECT_EQ(ana.ask("PUT", "/v1/settings", serialized(settings)).status, 200u);
  frames::BundleRequest request;
  request.set_account_id(base::text(ana.draft.account_id().view()));
  const auto closed = bob.ask("POST", "/v1/knocks/bundles", serialized(request));
  request.set_account_id(base::text(RegistrationDraft(99).account_id().view()));
  const auto absent = bob.ask("POST", "/v1/knocks/bundles", serialized(request));
  EXPECT_EQ(closed.status, 403u);
  EXPECT_EQ(closed.body, absent.body);
}

TEST_F(ActsTest, ADeletionByTheAccountKeyAloneWaitsAWeek) {
  const auto today = base::day_of(world.time.now()).value;
  EXPECT_EQ(keeper.send("POST", "/v1/account/deletion", keeper.act(wire::Operation::deletion, {})).status, 200u);
  EXPECT_EQ(ana.status().deletion_day(), today + 7);
  const auto early = net::run(world.time, world.storage->expire({today + 6}));
  ASSERT_TRUE(early);
  EXPECT_TRUE(early->devices.empty());
  const auto due = net::run(world.time, world.storage->expire({today + 7}));
  ASSERT_TRUE(due);
  EXPECT_EQ(due->devices.size(), 1u);
  EXPECT_EQ(ana.ask("GET", "/v1/status").status, 401u);
}

TEST_F(ActsTest, DevicesHearOfAPendingDeletion) {
  const auto mailbox = ana.open_mailbox();
  ASSERT_TRUE(mailbox);
  EXPECT_TRUE(next_frame(world, **mailbox).has_drained());
  EXPECT_EQ(keeper.send("POST", "/v1/account/deletion", keeper.act(wire::Operation::deletion, {})).status, 200u);
  EXPECT_GT(next_frame(world, **mailbox).notice().deletion_pending().day(), 0u);
}

TEST_F(ActsTest, TheRootTakesADeletionBackAndTheAccountKeyCanNot) {
  EXPECT_EQ(keeper.send("POST", "/v1/account/deletion", keeper.act(wire::Operation::deletion, {})).status, 200u);
  const auto refused = keeper.send("POST", "/v1/account/keeping", keeper.act(wire::Operation::keeping, {}));
  EXPECT_EQ(rule_of(refused), "act_not_by_root");
  EXPECT_GT(ana.status().deletion_day(), 0u);
  EXPECT_EQ(keeper.send("POST", "/v1/account/keeping", keeper.act(wire::Operation::keeping, {}, By::root)).status,
            200u);
  EXPECT_EQ(ana.status().deletion_day(), 0u);
}

TEST_F(ActsTest, ASuccessionMakesAPendingDeletionVoid) {
  EXPECT_EQ(keeper.send("POST", "/v1/account/deletion", keeper.act(wire::Operation::deletion, {})).status, 200u);
  EXPECT_EQ(keeper.put_list({.is_new_epoch = true}).status, 200u);
  EXPECT_EQ(ana.status().deletion_day(), 0u);
}

TEST_F(ActsTest, ADeletionByTheRootIsAtOnceAndItsRetryIsAnswered) {
  const base::Blob act = keeper.act(wire::Operation::deletion, {}, By::root);
  EXPECT_EQ(keeper.send("POST", "/v1/account/deletion", act).status, 200u);
  EXPECT_EQ(ana.ask("GET", "/v1/status").status, 401u);
  EXPECT_EQ(keeper.send("POST", "/v1/account/deletion", act).status, 200u);
}

TEST_F(ActsTest, DeletionLeavesNothingInTheFile) {
  const std::string envelope = "an envelope that nobody else has written";
  EXPECT_EQ(bob.send(ana, envelope, 1).status, 200u);
  EXPECT_EQ(keeper.put_name("very-rare-name").status, 200u);
  const std::vector<std::string> traces{envelope,
                                        "very-rare-name",
                                        base::text(ana.draft.account_id().view()),
                                        base::text(ana.draft.identity.public_key.u()),
                                        base::text(ana.draft.root.public_key.u()),
                                        base::text(ana.draft.mailbox.view())};
  const auto contents = [this] {
    world.kill();  // which also moves everything from the log into the file
    std::ifstream file(world.folder.path / "server.db", std::ios::binary);
    std::string all((std::istreambuf_iterator<char>(file)), {});
    world.start();
    return all;
  };
  const std::string before = contents();
  for (const auto& trace : traces) EXPECT_NE(before.find(trace), std::string::npos);
  EXPECT_EQ(keeper.send("POST", "/v1/account/deletion", keeper.act(wire::Operation::deletion, {}, By::root)).status,
            200u);
  const std::string after = contents();
  for (const auto& trace : traces) EXPECT_EQ(after.find(trace), std::string::npos);
  EXPECT_EQ(bob.ask("GET", "/v1/status").status, 200u);
}

TEST_F(ActsTest, ADeletedIdIsOpenAgainToItsRoot) {
  EXPECT_EQ(keeper.send("POST", "/v1/account/deletion", keeper.act(wire::Operation::deletion, {}, By::root)).status,
            200u);
  ana.draft.identity = crypto::KeyPair::generate(ana.draft.random);
  ana.draft.token = ana.draft.random.bytes<32>();
  EXPECT_EQ(ana.enrol().status, 200u);
}

}  // namespace
}  // namespace sotto::test

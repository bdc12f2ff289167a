#include <gtest/gtest.h>

#include "server/keeper.hpp"

namespace sotto::test {
namespace {

struct NewDeviceTest : testing::Test {
  NewDeviceTest() { CHECK(ana.move_in().status == 200u); }
  ServerWorld world;
  TestDevice ana{world, 1, "ana"};
  Keeper keeper{ana};
};

TEST_F(NewDeviceTest, TheSameBytesAgainGetTheSame200) {
  SecondDevice second(keeper, 11);
  EXPECT_EQ(second.arrive().status, 200u);
  EXPECT_EQ(second.arrive().status, 200u);
  EXPECT_EQ(keeper.put_list(second.joined(2)).status, 200u);
  EXPECT_EQ(second.arrive().status, 200u);
}

TEST_F(NewDeviceTest, AGrantServesOneDevice) {
  SecondDevice second(keeper, 11), thief(keeper, 12);
  thief.request.set_grant(second.request.grant());
  EXPECT_EQ(second.arrive().status, 200u);
  EXPECT_EQ(code_of(thief.arrive()), "grant_expired");
}

TEST_F(NewDeviceTest, AGrantIsGoodForTenMinutesAndItsAccountOnly) {
  SecondDevice second(keeper, 11), other(keeper, 12);
  other.request.set_account_id(base::text(RegistrationDraft(50).account_id().view()));
  EXPECT_EQ(other.arrive().status, 410u);
  world.time.run_for(std::chrono::minutes(11));
  EXPECT_EQ(second.arrive().status, 410u);
}

TEST_F(NewDeviceTest, PrekeysMustBeItsOwn) {
  SecondDevice second(keeper, 11);
  second.device.draft.prekey_signer = &second.device.draft.stranger;
  second.request.set_prekeys(base::text(second.device.draft.prekeys().serialize()));
  EXPECT_EQ(code_of(second.arrive()), "prekey_not_by_device");
}

TEST_F(NewDeviceTest, OnlySoManyWaitAtATime) {
  for (std::uint64_t i = 0; i < 4; ++i) EXPECT_EQ(SecondDevice(keeper, 11 + i).arrive().status, 200u);
  SecondDevice fifth(keeper, 20);
  EXPECT_EQ(code_of(fifth.arrive()), "too_many_waiting");
}

TEST_F(NewDeviceTest, WhoWaitsLongerThanADayIsForgotten) {
  SecondDevice second(keeper, 11);
  EXPECT_EQ(second.arrive().status, 200u);
  const auto today = base::day_of(world.time.now()).value;
  EXPECT_TRUE(net::run(world.time, world.storage->expire({today + 2})));
  EXPECT_EQ(code_of(second.device.ask("GET", "/v1/status")), "not_authenticated");
  EXPECT_EQ(code_of(keeper.put_list(second.joined(2))), "device_unknown");
}

TEST_F(NewDeviceTest, ItsTokenShowsNothingButThatItWaits) {
  SecondDevice second(keeper, 11);
  EXPECT_EQ(second.arrive().status, 200u);
  EXPECT_EQ(code_of(second.device.ask("GET", "/v1/own/account")), "not_yet_listed");
  EXPECT_EQ(code_of(second.device.ask("POST", "/v1/grants")), "not_yet_listed");
  EXPECT_FALSE(second.device.open_mailbox());
  EXPECT_TRUE(second.device.status().is_waiting());
  EXPECT_TRUE(second.device.status().account_id().empty());
}

}  // namespace
}  // namespace sotto::test

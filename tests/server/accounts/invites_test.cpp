#include <gtest/gtest.h>

#include "server/test_device.hpp"
#include "wire/names.hpp"

namespace sotto::test {
namespace {

struct InvitesTest : testing::Test {
  ServerWorld world{{.registration = server::Registration::invite}};
  TestDevice ana{world, 1, "ana"};
  base::Bytes<16> token = world.random.bytes<16>();
  base::Day today = base::day_of(world.time.now());

  server::Invite make(std::uint32_t uses, base::Day last_day) {
    return *net::run(world.time, world.storage->invites().make(wire::hash(wire::names::invite, token), uses, last_day));
  }
  net::Response register_with(TestDevice& device, const std::string& invite) {
    device.begin();
    return device.ask_with({{.name = "Sotto-Invite", .value = invite}}, "POST", "/v1/register", device.draft.request());
  }
};

TEST_F(InvitesTest, AnInviteLetsAsManyInAsItHasUses) {
  make(1, today);
  EXPECT_EQ(register_with(ana, base::to_base64url(token)).status, 200u);
  TestDevice bob(world, 2, "bob");
  const auto refused = register_with(bob, base::to_base64url(token));
  EXPECT_EQ(refused.status, 403u);
  EXPECT_EQ(code_of(refused), "not_invited");
}

TEST_F(InvitesTest, WithoutOneNobodyComesIn) {
  EXPECT_EQ(code_of(ana.enrol()), "not_invited");
  EXPECT_EQ(code_of(register_with(ana, "nonsense")), "not_invited");
}

TEST_F(InvitesTest, ARefusedRegistrationUsesNothingUp) {
  make(1, today);
  ana.draft.user_name = "x";
  EXPECT_EQ(register_with(ana, base::to_base64url(token)).status, 400u);
  ana.draft.user_name = "ana";
  EXPECT_EQ(register_with(ana, base::to_base64url(token)).status, 200u);
}

TEST_F(InvitesTest, AnInviteHasALastDay) {
  make(5, {today.value - 1});
  EXPECT_EQ(code_of(register_with(ana, base::to_base64url(token))), "not_invited");
}

TEST_F(InvitesTest, TheOperatorListsAndRevokesThem) {
  const auto invite = make(3, today);
  const auto all = net::run(world.time, world.storage->invites().all());
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 1u);
  EXPECT_EQ(all->front().uses_left, 3u);
  const auto revoked = net::run(world.time, world.storage->invites().revoke(invite.id));
  ASSERT_TRUE(revoked);
  EXPECT_TRUE(*revoked);
  EXPECT_EQ(code_of(register_with(ana, base::to_base64url(token))), "not_invited");
}

}  // namespace
}  // namespace sotto::test

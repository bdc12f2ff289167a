// A hundred accounts that somebody made for it ask for one person's one-time keys by every right that a stranger can
// come by, for days on end; nobody tops them up.
#include <gtest/gtest.h>

#include "server/limits.hpp"
#include "server/test_device.hpp"

namespace sotto::test {
namespace {

constexpr std::size_t attackers_count = 100;
constexpr int attempts_each = 25;  // by each right, on each day

struct DrainTest : testing::Test {
  DrainTest() {
    ana.draft.one_time_prekeys = server::limits::one_time_prekeys;
    EXPECT_EQ(ana.move_in().status, 200u);
    give(frames::Permit::LINK, {1});
    give(frames::Permit::GROUP, {2});
    for (std::size_t i = 0; i < attackers_count; ++i) {
      attackers.push_back(std::make_unique<TestDevice>(world, i + 100, "attacker" + std::to_string(i)));
      while (attackers.back()->enrol().status == 429) world.time.run_for(std::chrono::seconds(5));
    }
  }

  void give(frames::Permit::Class permit_class, const wire::Permit& permit) {
    frames::PermitChange change;
    *change.add_add() = ana.permit_of_class(permit_class, permit);
    EXPECT_EQ(ana.ask("PUT", "/v1/permits", serialized(change)).status, 200u);
  }
  net::Header header(const wire::Permit& permit) const {
    return {.name = "Sotto-Permit", .value = base::to_base64url(base::concat({ana.draft.account_id().view(), permit}))};
  }
  bool has_one_time_key(const net::Response& response) const {
    if (response.status != 200) return false;
    const auto bundles = parsed<frames::Bundles>(response.body);
    return wire::DeviceBundle::parse(base::view(bundles.bundles(0)))->one_time.has_value();
  }

  asio::awaitable<void> attack(TestDevice& by) {
    net::HttpClient anonymous(world.network, world.time, world.endpoint(), {});
    frames::BundleRequest whose;
    whose.set_account_id(base::text(ana.draft.account_id().view()));
    for (int i = 0; i < attempts_each; ++i) {
      for (const wire::Permit& permit : {wire::Permit{1}, wire::Permit{2}}) {
        net::Request request{.method = "POST", .target = "/v1/bundles", .headers = {header(permit)}};
        const auto response = co_await anonymous.send(std::move(request));
        CHECK(response);
        taken += has_one_time_key(*response);
      }
      net::Request knock{
          .method = "POST", .target = "/v1/knocks/bundles", .headers = by.headers(), .body = serialized(whose)};
      const auto response = co_await by.client.send(std::move(knock));
      CHECK(response);
      taken += has_one_time_key(*response);
    }
  }
  void attack_for_a_day() {
    std::size_t ended = 0;
    for (const auto& attacker : attackers)
      net::spawn(world.io.get_executor(), attack(*attacker), [&ended] { ++ended; });
    ASSERT_TRUE(world.time.run_until([&ended] { return ended == attackers_count; }));
    world.time.run_for(std::chrono::hours(24));
  }

  ServerWorld world;
  TestDevice ana{world, 1, "ana"};
  std::vector<std::unique_ptr<TestDevice>> attackers;
  std::size_t taken = 0;
};

TEST_F(DrainTest, A17AHundredAccountsLeaveAnHonestContactAOneTimeKey) {
  attack_for_a_day();
  const auto share = [](server::PermitClass of) { return server::limits::share(of).one_time_a_day; };
  EXPECT_EQ(taken,
            share(server::PermitClass::link) + share(server::PermitClass::group) + share(server::PermitClass::knock));
  EXPECT_TRUE(has_one_time_key(ana.ask_anonymously(ana, "POST", "/v1/bundles")));
}

TEST_F(DrainTest, A17NorDoTheyInManyDays) {
  for (int day = 0; day < 10; ++day) attack_for_a_day();
  EXPECT_EQ(ana.status().one_time_prekeys(), server::limits::share(server::PermitClass::link).one_time_reserve);
  EXPECT_TRUE(has_one_time_key(ana.ask_anonymously(ana, "POST", "/v1/bundles")));
}

}  // namespace
}  // namespace sotto::test

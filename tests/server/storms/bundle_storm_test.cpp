// Many ask for bundles at once, more than there are one-time keys for: no key is handed out twice. BUNDLES says how
// many requests (2,000), from 1,000 connections at a time.
#include <gtest/gtest.h>

#include <cstdlib>
#include <unordered_set>

#include "server/limits.hpp"
#include "server/test_device.hpp"

namespace sotto::test {
namespace {

constexpr std::size_t keys_each = server::limits::share(server::PermitClass::contact).one_time_a_day;
constexpr std::size_t requests_each = keys_each + keys_each / 4;
constexpr std::size_t connections = 1'000;

std::size_t requests() {
  const char* const asked = std::getenv("BUNDLES");  // NOLINT(concurrency-mt-unsafe): nobody sets it
  return asked ? std::strtoull(asked, nullptr, 10) : 2'000;
}

struct BundleStorm : testing::Test {
  BundleStorm() {
    for (std::size_t i = 0; i < requests() / requests_each; ++i) {
      people.push_back(std::make_unique<TestDevice>(world, i + 1, "person" + std::to_string(i)));
      TestDevice& person = *people.back();
      person.draft.one_time_prekeys = keys_each;
      while (person.move_in().status == 429) world.time.run_for(std::chrono::seconds(5));
      person.client.disconnect();
    }
  }

  /// Asks for whoever is next until everybody was asked for often enough.
  asio::awaitable<void> ask() {
    net::HttpClient client(world.network, world.time, world.endpoint(), {});
    while (next < people.size() * requests_each) {
      const TestDevice& of = *people[next++ % people.size()];
      net::Request request{.method = "POST", .target = "/v1/bundles", .headers = {of.permit_header()}};
      const auto response = co_await client.send(std::move(request), std::chrono::minutes(10));
      CHECK(response && response->status == 200);
      const auto bundles = parsed<frames::Bundles>(response->body);
      const auto bundle = wire::DeviceBundle::parse(base::view(bundles.bundles(0)));
      CHECK(bundle);
      note(*bundle);
    }
  }
  void note(const wire::DeviceBundle& bundle) {
    ++answers;
    if (bundle.one_time) repeated += !one_time.insert(base::text(bundle.one_time->key)).second;
    if (bundle.kyber.id != 1) repeated += !kyber.insert(base::text(crypto::sha256({bundle.kyber.key}))).second;
  }

  ServerWorld world;
  std::vector<std::unique_ptr<TestDevice>> people;
  std::size_t next = 0, answers = 0, repeated = 0;
  std::unordered_set<std::string> one_time, kyber;
};

TEST_F(BundleStorm, NeverHandsOutOneKeyTwiceAndEachOnce) {
  std::size_t ended = 0;
  for (std::size_t i = 0; i < connections; ++i) net::spawn(world.io.get_executor(), ask(), [&ended] { ++ended; });
  ASSERT_TRUE(world.time.run_until([&ended] { return ended == connections; }, std::chrono::hours(1)));
  EXPECT_EQ(answers, people.size() * requests_each);
  EXPECT_EQ(repeated, 0u);
  EXPECT_EQ(one_time.size(), people.size() * keys_each);
  EXPECT_EQ(kyber.size(), people.size() * keys_each);
}

}  // namespace
}  // namespace sotto::test

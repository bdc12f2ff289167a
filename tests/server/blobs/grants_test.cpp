#include "server/blobs/grants.hpp"

#include <gtest/gtest.h>

#include "net/memory/virtual_time.hpp"
#include "server/limits.hpp"
#include "support/seeded_random.hpp"

namespace sotto::test {
namespace {

struct GrantsTest : testing::Test {
  bool issue(std::uint64_t account) {
    return grants.issue(server::AccountRow(account), server::GrantFor::attachment, 1, {.value = 20'000}).has_value();
  }
  std::size_t take_all(std::uint64_t account) {
    std::size_t taken = 0;
    while (issue(account)) ++taken;
    return taken;
  }
  boost::asio::io_context io;
  net::VirtualTime time{io};
  SeededRandom random{1};
  server::Grants grants{time, random};
};

TEST_F(GrantsTest, AnAccountHasItsShareOfTheDay) { EXPECT_GE(take_all(1), server::limits::grants_a_day - 1); }

TEST_F(GrantsTest, FiveThousandAccountsThatTakeAllTheyCanLeaveSomeToTheNext) {
  std::size_t taken = 0;
  for (std::uint64_t account = 1; account <= 5'000; ++account) taken += take_all(account);
  EXPECT_LT(taken, server::limits::grants);
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(issue(9'999)) << i;
}

TEST_F(GrantsTest, AreNeverMoreThanThereIsRoomFor) {
  EXPECT_EQ(server::limits::grants_a_day_while(server::limits::grants), 0u);
  EXPECT_EQ(server::limits::grants_a_day_while(server::limits::grants - 1), 1u);
}

}  // namespace
}  // namespace sotto::test

#include "server/storage/operator.hpp"

#include <gtest/gtest.h>

#include "server/keeper.hpp"

namespace sotto::test {
namespace {

struct OperatorTest : testing::Test {
  OperatorTest() {
    CHECK(enrolled == 200u && bob.move_in().status == 200u);
    CHECK(bob.send(ana, "hello", 1).status == 200u);
    CHECK(waiting.arrive().status == 200u);
  }
  template <class T>
  T wait(asio::awaitable<T> work) {
    return net::run(world.time, std::move(work));
  }
  server::OperatorStorage& operators() { return world.storage->operators(); }

  ServerWorld world;
  TestDevice ana{world, 1, "ana"}, bob{world, 2, "bob"};
  const unsigned enrolled = ana.move_in().status;  // before the device that waits asks for its grant
  Keeper keeper{ana};
  SecondDevice waiting{keeper, 11};
};

TEST_F(OperatorTest, DisclosesWhatIsKeptAboutAnAccount) {
  const auto disclosed = wait(operators().disclose(ana.draft.account_id()));
  ASSERT_TRUE(disclosed && *disclosed);
  const server::Disclosure& all = **disclosed;
  EXPECT_EQ(all.user_name, "ana");
  EXPECT_EQ(all.introduction, keeper.introduction().serialize());
  ASSERT_EQ(all.devices.size(), 1u);
  EXPECT_EQ(all.devices[0].device.mailbox, ana.draft.mailbox);
  EXPECT_EQ(all.devices[0].token_hash, wire::hash(wire::names::device_token, ana.draft.token));
  ASSERT_EQ(all.devices[0].envelopes.size(), 1u);
  EXPECT_EQ(all.devices[0].envelopes[0].size, 5u);
  EXPECT_EQ(all.permits.size(), 1u);
  EXPECT_EQ(all.waiting.size(), 1u);
  EXPECT_EQ(all.numbers.size(), 1u);
}

TEST_F(OperatorTest, DisclosesNothingOfAnAccountThatIsNotThere) {
  const auto disclosed = wait(operators().disclose(RegistrationDraft(99).account_id()));
  ASSERT_TRUE(disclosed);
  EXPECT_FALSE(*disclosed);
}

TEST_F(OperatorTest, CountsWhatIsThere) {
  const auto stats = wait(operators().stats());
  ASSERT_TRUE(stats);
  EXPECT_EQ(stats->accounts, 2u);
  EXPECT_EQ(stats->devices, 2u);
  EXPECT_EQ(stats->waiting_devices, 1u);
  EXPECT_EQ(stats->envelopes, 1u);
  EXPECT_EQ(stats->envelope_bytes, 5u);
  EXPECT_GT(stats->file_bytes, 4096u);
}

TEST_F(OperatorTest, ListsAccountsInTheOrderInWhichTheyCame) {
  const auto accounts = wait(operators().accounts(0, 10));
  ASSERT_TRUE(accounts);
  ASSERT_EQ(accounts->size(), 2u);
  EXPECT_EQ((*accounts)[0].user_name, "ana");
  EXPECT_EQ((*accounts)[1].devices, 1u);
  EXPECT_EQ(wait(operators().accounts(1, 10))->size(), 1u);
}

TEST_F(OperatorTest, RemovesAnAccountAtOnce) {
  const auto removed = wait(operators().remove(ana.draft.account_id(), {20'900}));
  ASSERT_TRUE(removed && *removed);
  EXPECT_EQ((*removed)->size(), 1u);
  EXPECT_EQ(ana.ask("GET", "/v1/status").status, 401u);
  EXPECT_EQ(wait(operators().stats())->accounts, 1u);
}

}  // namespace
}  // namespace sotto::test

#include "protocol/ratchet/chain.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "crypto/equal.hpp"

namespace sotto::protocol {
namespace {

ReceivingChain fresh_chain() { return {crypto::PublicKey(base::Bytes<32>{9}), ChainKey(base::Bytes<32>{7}), 0, {}}; }

TEST(WalkTo, KeepsTheSeedsOfMessagesStillUnderWay) {
  const auto walk = walk_to(fresh_chain(), 2, max_jump);
  ASSERT_TRUE(walk);
  ASSERT_EQ(walk->chain.skipped.size(), 2u);
  EXPECT_EQ(walk->chain.skipped[0].counter, 0u);
  EXPECT_EQ(walk->chain.counter, 3u);
}

TEST(WalkTo, TakesEachSeedOnce) {
  const auto walk = walk_to(fresh_chain(), 2, max_jump);
  const auto back = walk_to(walk->chain, 1, max_jump);
  ASSERT_TRUE(back);
  EXPECT_EQ(walk_to(back->chain, 1, max_jump).error(), Error::duplicate_message);
  EXPECT_EQ(walk_to(back->chain, 2, max_jump).error(), Error::duplicate_message);
}

TEST(WalkTo, GoesExactlyAsFarAsItsLimit_A23) {
  EXPECT_TRUE(walk_to(fresh_chain(), max_jump, max_jump));
  EXPECT_EQ(walk_to(fresh_chain(), max_jump + 1, max_jump).error(), Error::invalid_message);
  EXPECT_TRUE(walk_to(fresh_chain(), max_jump + 1, max_own_jump));
  EXPECT_EQ(walk_to(fresh_chain(), max_own_jump + 1, max_own_jump).error(), Error::invalid_message);
}

TEST(WalkTo, KeepsTheNewest2000SeedsOverSeveralWalks_A23) {
  const auto first = walk_to(fresh_chain(), 1'500, max_jump);
  const auto second = walk_to(first->chain, 2'500, max_jump);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->chain.skipped.size(), max_skipped);
  EXPECT_EQ(second->chain.skipped.all().front().counter, 499u);  // 0…1499 and 1501…2499 were passed over
  EXPECT_EQ(second->chain.skipped.all().back().counter, 2'499u);
}

TEST(WalkTo, EndsWithTheLastCounterOfTheWire) {
  ReceivingChain chain = fresh_chain();
  chain.counter = 0xffff'ffff;
  const auto last = walk_to(chain, 0xffff'ffff, max_jump);
  ASSERT_TRUE(last);
  EXPECT_EQ(last->chain.counter, 1ull << 32);
  EXPECT_EQ(walk_to(last->chain, 0xffff'ffff, max_jump).error(), Error::duplicate_message);
}

RC_GTEST_PROP(WalkTo, FindsTheSameSeedInOneWalkOrTwo, ()) {
  const auto target = *rc::gen::inRange(1u, 60u);
  const auto pause = *rc::gen::inRange(0u, target);
  const auto once = walk_to(fresh_chain(), target, max_jump);
  const auto half = walk_to(fresh_chain(), pause, max_jump);
  const auto twice = walk_to(half->chain, target, max_jump);
  RC_ASSERT(crypto::equal(once->seed.expose(), twice->seed.expose()));
}

}  // namespace
}  // namespace sotto::protocol

#include "client/rotation.hpp"

#include <gtest/gtest.h>

namespace sotto::client {
namespace {

using rotation::policy;

constexpr base::Timestamp start{1'800'000'000'000};
constexpr base::Timestamp after_days(std::int64_t days) { return {start.ms + days * base::ms_per_day}; }
constexpr base::Timestamp just_before(base::Timestamp at) { return {at.ms - 1}; }

TEST(Rotation, RenewsMediumTermPrekeysAfterTwoDaysAndNotAMillisecondEarlier) {
  EXPECT_FALSE(policy.is_medium_term_due(&start, just_before(after_days(2))));
  EXPECT_TRUE(policy.is_medium_term_due(&start, after_days(2)));
}

TEST(Rotation, ADeviceWithoutMediumTermPrekeysIsDueAtOnce) { EXPECT_TRUE(policy.is_medium_term_due(nullptr, start)); }

TEST(Rotation, KeepsOldPrivateHalvesForThirtyDays) { EXPECT_EQ(policy.oldest_private(after_days(30)), start); }

TEST(Rotation, TopsOneTimePrekeysUpOnlyWhenMoreThanHalfIsGone) {
  EXPECT_EQ(policy.one_time_lacking(50), 0u);
  EXPECT_EQ(policy.one_time_lacking(49), 51u);
  EXPECT_EQ(policy.one_time_lacking(0), 100u);
  EXPECT_EQ(policy.one_time_lacking(5'000), 0u);
}

TEST(Rotation, ASessionIsSpentAfterAThousandMessagesOrSevenDaysWithoutATurn) {
  EXPECT_FALSE(policy.is_chain_spent(999, start, start));
  EXPECT_TRUE(policy.is_chain_spent(1'000, start, start));
  EXPECT_FALSE(policy.is_chain_spent(1, start, just_before(after_days(7))));
  EXPECT_TRUE(policy.is_chain_spent(1, start, after_days(7)));
}

TEST(Rotation, OneTimePrekeysAreLookedAfterOnceInEachSpanOfSixHours) {
  constexpr std::int64_t phase = 1'234;
  const base::Timestamp next = policy.next_refill(start, phase);
  EXPECT_GT(next, start);
  EXPECT_LE(next.ms - start.ms, policy.refill_ms);
  EXPECT_FALSE(policy.is_refill_due(start, phase, just_before(next)));
  EXPECT_TRUE(policy.is_refill_due(start, phase, next));
  EXPECT_EQ(policy.next_refill(next, phase).ms - next.ms, policy.refill_ms);
}

TEST(Rotation, AClockThatWasWrongDoesNotCloseTheRefill) {
  EXPECT_TRUE(policy.is_refill_due(after_days(365), 0, start));
}

TEST(Rotation, RegistersPermitsAnewEachMonthAndAtOnceWhenTheyNeverWere) {
  EXPECT_TRUE(policy.are_permits_due({0}, start));
  EXPECT_FALSE(policy.are_permits_due(start, just_before(after_days(30))));
  EXPECT_TRUE(policy.are_permits_due(start, after_days(30)));
}

TEST(Rotation, APermitIsGoodForAYear) {
  EXPECT_EQ(policy.last_day_of_permit(start).value, base::day_of(start).value + 365);
}

TEST(Rotation, AnEarlierAccountKeyCountsForThirtyDays) {
  EXPECT_EQ(policy.earlier_key_counts_until(start), after_days(30));
}

}  // namespace
}  // namespace sotto::client

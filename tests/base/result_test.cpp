#include "base/result.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace sotto::base {
namespace {

enum class Error { too_small };

Result<int, Error> half(int number) {
  if (number < 2) return Error::too_small;
  return number / 2;
}

Result<std::string, Error> quarter(int number) {
  TRY(const int once, half(number));
  TRY(const int twice, half(once));
  return std::to_string(twice);
}

TEST(Result, TryHandsTheValueOn) { EXPECT_EQ(*quarter(8), "2"); }

TEST(Result, TryReturnsTheFirstError) {
  const auto refused = quarter(2);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), Error::too_small);
}

TEST(Result, HoldsWhatCanOnlyBeMoved) {
  Result<std::unique_ptr<int>, Error> outcome = std::make_unique<int>(7);
  const std::unique_ptr<int> taken = *std::move(outcome);
  EXPECT_EQ(*taken, 7);
}

TEST(ResultDeathTest, AskingARefusalForItsValueStopsTheProgram) { EXPECT_DEATH((void)*half(1), "broken promise"); }

}  // namespace
}  // namespace sotto::base

#include <gtest/gtest.h>

#include "api/device.hpp"

namespace sotto::test {
namespace {

struct Compared {
  std::string digits;
  Blob scannable;
};

class ApiFingerprint : public testing::Test {
 protected:
  Compared compute(const Blob& here, const Blob& there, std::uint32_t version = 2) const {
    const sotto_fingerprint_end local{view(here), view(here)}, remote{view(there), view(there)};
    char digits[61];
    Room scannable(SOTTO_SCANNABLE_MAX_SIZE);
    EXPECT_EQ(sotto_fingerprint(&local, &remote, version, 5, digits, scannable), SOTTO_OK);
    return {digits, scannable.taken()};
  }
  Blob ana_ = public_key(new_key_pair()), ben_ = public_key(new_key_pair()), eve_ = public_key(new_key_pair());
};

TEST_F(ApiFingerprint, BothEndsShowTheSameDigitsAndMirrorImages) {
  const Compared here = compute(ana_, ben_), there = compute(ben_, ana_);
  EXPECT_EQ(here.digits.size(), 60u);
  EXPECT_EQ(here.digits, there.digits);
  int matches = -1;
  ASSERT_EQ(sotto_fingerprint_compare(view(here.scannable), view(there.scannable), &matches), SOTTO_OK);
  EXPECT_EQ(matches, 1);
}

TEST_F(ApiFingerprint, AThirdKeyShows) {
  int matches = -1;
  const Compared here = compute(ana_, ben_), eves = compute(ben_, eve_);
  ASSERT_EQ(sotto_fingerprint_compare(view(here.scannable), view(eves.scannable), &matches), SOTTO_OK);
  EXPECT_EQ(matches, 0);
}

TEST_F(ApiFingerprint, RefusalsGoByName) {
  const Compared here = compute(ana_, ben_), newer = compute(ben_, ana_, 3);
  int matches = -1;
  EXPECT_EQ(sotto_fingerprint_compare(view(here.scannable), view(newer.scannable), &matches),
            SOTTO_FINGERPRINT_VERSION);
  EXPECT_EQ(sotto_fingerprint_compare(view(here.scannable), {ana_.data(), 3}, &matches), SOTTO_INVALID_FINGERPRINT);
  EXPECT_EQ(matches, -1);
  const sotto_fingerprint_end end{view(ana_), view(ana_)}, keyless{view(ana_), {}};
  char digits[61] = "untouched";
  Room scannable;
  EXPECT_EQ(sotto_fingerprint(&end, &end, 2, 1, digits, scannable), SOTTO_INVALID_FINGERPRINT);
  EXPECT_EQ(sotto_fingerprint(&end, &end, 2, 1'000'001, digits, scannable), SOTTO_INVALID_FINGERPRINT);
  EXPECT_EQ(sotto_fingerprint(&end, &keyless, 2, 5, digits, scannable), SOTTO_INVALID_KEY);
  sotto_buffer question{};
  EXPECT_EQ(sotto_fingerprint(&end, &end, 2, 5, digits, &question), SOTTO_BUFFER_TOO_SMALL);
  EXPECT_LE(question.size, std::size_t{SOTTO_SCANNABLE_MAX_SIZE});
  EXPECT_STREQ(digits, "untouched");
}

}  // namespace
}  // namespace sotto::test

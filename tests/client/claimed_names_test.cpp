#include "client/claimed_names.hpp"

#include <gtest/gtest.h>

namespace sotto::client::claimed_names {
namespace {

TEST(ClaimedNames, OfLookAlikeLettersHaveOneSkeleton_A14) {
  for (const char* other : {"pаypal", "PAYPAL", "раураl", "ｐａｙｐａｌ", "p a y p a l", "pay\u200Bpal", "pay.pal"})
    EXPECT_EQ(skeleton(safe(other)), skeleton("paypal")) << other;
  EXPECT_EQ(skeleton("Sotto Suppοrt"), skeleton("sotto support")) << "a Greek omicron";
  EXPECT_NE(skeleton("anna"), skeleton("hanna"));
  EXPECT_NE(skeleton("ben"), skeleton("ken"));
}

TEST(ClaimedNames, AreShownWithoutWhatCanNotBeSeen_A14) {
  EXPECT_EQ(safe("a\u202Eb"), "ab") << "right-to-left override";
  EXPECT_EQ(safe("a\u200Db\uFEFF"), "ab") << "no width";
  EXPECT_EQ(safe("a\nb\x07"), "ab") << "controls";
  EXPECT_EQ(safe(" ana "), "ana");
  EXPECT_EQ(safe("e\u0301"), "é") << "normal form C";
  EXPECT_EQ(safe("\u200B"), "");
  EXPECT_EQ(safe("عمر"), "عمر") << "names of every script stay";
  EXPECT_EQ(safe("李小龙"), "李小龙");
}

TEST(ClaimedNames, WithWhatCanNotBeSeenCanNotBeChosen) {
  EXPECT_TRUE(is_choosable("Ana"));
  EXPECT_FALSE(is_choosable(""));
  EXPECT_FALSE(is_choosable("a\u202Eb"));
  EXPECT_FALSE(is_choosable("e\u0301"));
  EXPECT_FALSE(is_choosable(std::string(65, 'a')));
  EXPECT_FALSE(is_choosable("\xFF"));
}

}  // namespace
}  // namespace sotto::client::claimed_names

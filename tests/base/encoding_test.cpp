#include "base/encoding.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/uuid.hpp"

namespace sotto::base {
namespace {

TEST(Hex, RefusesOddLengthsAndForeignCharacters) {
  EXPECT_FALSE(from_hex("abc"));
  EXPECT_FALSE(from_hex("zz"));
  EXPECT_EQ(from_hex("aBff"), (Blob{0xab, 0xff}));
}

TEST(Base64Url, HasOneSpellingForEachValue) {
  EXPECT_EQ(to_base64url(Blob{0xff}), "_w");
  EXPECT_EQ(from_base64url("_w"), Blob{0xff});
  EXPECT_FALSE(from_base64url("_x")) << "spare bits must be zero";
  EXPECT_FALSE(from_base64url("_w=="));
  EXPECT_FALSE(from_base64url("a"));
  EXPECT_FALSE(from_base64url("+w"));
}

RC_GTEST_PROP(Encoding, ComesBackUnchanged, (const Blob& bytes)) {
  RC_ASSERT(from_hex(to_hex(bytes)) == bytes);
  RC_ASSERT(from_base64url(to_base64url(bytes)) == bytes);
}

TEST(Uuid, ReadsOnlyTheHyphenatedForm) {
  const std::string text = "9d0652a3-dcc3-4d11-975f-74d61598733f";
  ASSERT_TRUE(parse_uuid(text));
  EXPECT_EQ(to_text(*parse_uuid("9D0652A3-DCC3-4D11-975F-74D61598733F")), text);
  EXPECT_EQ(parse_uuid(text)->version(), 4u);
  for (const char* wrong : {"", "9d0652a3dcc34d11975f74d61598733f", "{9d0652a3-dcc3-4d11-975f-74d61598733f}",
                            "9d0652a3-dcc3-4d11-975f-74d61598733", "9d0652a3-dcc3-4d11-975f+74d61598733f"}) {
    EXPECT_FALSE(parse_uuid(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace sotto::base

#include "relay/good_signatures.hpp"

#include <gtest/gtest.h>

#include "crypto/curve25519.hpp"
#include "support/seeded_random.hpp"

namespace sotto::relay {
namespace {

class GoodSignaturesTest : public ::testing::Test {
 protected:
  test::SeededRandom random{1};
  crypto::KeyPair keys = crypto::KeyPair::generate(random);
  base::Blob message{1, 2, 3};
  crypto::Signature signature = crypto::sign(keys.private_key, message, random);
  GoodSignatures good;
};

TEST_F(GoodSignaturesTest, AGoodOneIsGoodAgain) {
  EXPECT_TRUE(good.verify(keys.public_key, message, signature));
  EXPECT_TRUE(good.verify(keys.public_key, message, signature));
}

TEST_F(GoodSignaturesTest, ABadOneIsNeverTakenForOneThatWasGood) {
  ASSERT_TRUE(good.verify(keys.public_key, message, signature));
  const auto another = crypto::KeyPair::generate(random);
  EXPECT_FALSE(good.verify(another.public_key, message, signature));
  auto changed = message;
  changed.push_back(4);
  EXPECT_FALSE(good.verify(keys.public_key, changed, signature));
  signature[3] ^= 1;
  EXPECT_FALSE(good.verify(keys.public_key, message, signature));
  EXPECT_FALSE(good.verify(keys.public_key, message, signature)) << "and is not kept";
}

}  // namespace
}  // namespace sotto::relay

#include "crypto/curve25519.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "crypto/equal.hpp"
#include "support/seeded_random.hpp"
#include "support/vectors.hpp"

namespace sotto::crypto {
namespace {

static_assert(!std::is_copy_constructible_v<PrivateKey> && std::is_nothrow_move_constructible_v<PrivateKey>);
static_assert(!std::is_convertible_v<PrivateKey, PublicKey> && !std::is_convertible_v<PublicKey, PrivateKey>);

TEST(PrivateKey, IsClampedAsRecorded) {
  const auto file = test::vectors("signal/keys.json");
  const auto& cases = file.at("private_key_clamping").as_array();
  for (const auto& one : cases) {
    SCOPED_TRACE(test::text(one, "input"));
    const auto key = PrivateKey::parse(test::hex(one, "input"));
    ASSERT_TRUE(key);
    EXPECT_TRUE(base::same(key->expose(), test::hex(one, "private_key")));
    EXPECT_TRUE(base::same(key->public_key().serialize(), test::hex(one, "public_key")));
  }
  EXPECT_EQ(cases.size(), 4u);
}

TEST(PrivateKey, OfAnotherLengthIsRefused) {
  EXPECT_EQ(PrivateKey::parse(base::Blob(31)).error(), Error::bad_key_length);
  EXPECT_EQ(PrivateKey::parse(base::Blob(33)).error(), Error::bad_key_length);
}

TEST(Agree, GivesTheRecordedSecretsAndRefusesPointsOfSmallOrder_A19) {
  const auto file = test::vectors("signal/keys.json");
  const auto& cases = file.at("agreement").as_array();
  for (const auto& one : cases) {
    SCOPED_TRACE(test::text(one, "public_key"));
    const auto secret =
        agree(*PrivateKey::parse(test::hex(one, "private_key")), *PublicKey::parse(test::hex(one, "public_key")));
    if (test::text(one, "expect") == "accept") {
      ASSERT_TRUE(secret);
      EXPECT_TRUE(base::same(secret->expose(), test::hex(one, "shared_secret")));
    } else {
      ASSERT_FALSE(secret);
      EXPECT_EQ(secret.error(), Error::zero_agreement);
    }
  }
  EXPECT_EQ(cases.size(), 12u);
}

TEST(PublicKey, IsParsedAsRecorded) {
  const auto file = test::vectors("signal/keys.json");
  const auto& cases = file.at("public_key_parsing").as_array();
  for (const auto& one : cases) {
    SCOPED_TRACE(test::text(one, "note"));
    const auto key = PublicKey::parse(test::hex(one, "input"));
    ASSERT_EQ(key.has_value(), test::text(one, "expect") == "accept");
    if (key) {
      EXPECT_TRUE(base::same(key->serialize(), test::hex(one, "reserialized")));
    }
  }
  EXPECT_EQ(cases.size(), 8u);
}

TEST(PublicKey, SaysWhatIsWrongWithIt) {
  EXPECT_EQ(PublicKey::parse({}).error(), Error::no_key_type);
  EXPECT_EQ(PublicKey::parse(base::Blob(33)).error(), Error::bad_key_type);
  EXPECT_EQ(PublicKey::parse(base::Blob(32, 5)).error(), Error::bad_key_length);
}

TEST(PublicKey, WithBit255SetIsAnotherKey) {
  test::SeededRandom random(3);
  const PublicKey key = PrivateKey::generate(random).public_key();
  auto raised = key.u();
  raised[31] |= 0x80;
  EXPECT_NE(key, PublicKey(raised));
}

TEST(IsCanonical, JudgesBaseKeysAsRecorded_A19) {
  const auto file = test::vectors("signal/keys.json");
  const auto& cases = file.at("base_key_validity").as_array();
  for (const auto& one : cases) {
    SCOPED_TRACE(test::text(one, "note"));
    EXPECT_EQ(is_canonical(*PublicKey::parse(test::hex(one, "public_key"))), one.at("valid_as_base_key").as_bool());
  }
  EXPECT_EQ(cases.size(), 19u);
}

RC_GTEST_PROP(Agree, GivesBothSidesTheSame, (std::uint64_t seed)) {
  test::SeededRandom random(seed);
  const KeyPair local = KeyPair::generate(random), remote = KeyPair::generate(random);
  const auto here = agree(local.private_key, remote.public_key), there = agree(remote.private_key, local.public_key);
  RC_ASSERT(equal(here->expose(), there->expose()));
}

RC_GTEST_PROP(IsCanonical, HoldsForEveryHonestKey, (std::uint64_t seed)) {
  test::SeededRandom random(seed);
  RC_ASSERT(is_canonical(PrivateKey::generate(random).public_key()));
}

}  // namespace
}  // namespace sotto::crypto

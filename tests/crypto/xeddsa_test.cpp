#include "crypto/xeddsa.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "support/seeded_random.hpp"
#include "support/vectors.hpp"

namespace sotto::crypto {
namespace {

boost::json::array cases(std::string_view name) {
  return test::vectors("signal/xeddsa.json").as_object().at(name).as_array();
}

TEST(Xeddsa, VerifiesRecordedSignatures) {
  const auto recorded = cases("valid");
  for (const auto& one : recorded) {
    SCOPED_TRACE(test::text(one, "signature"));
    const auto key = *PublicKey::parse(test::hex(one, "public_key"));
    EXPECT_TRUE(verify(key, test::hex(one, "message"), test::hex(one, "signature")));
    EXPECT_EQ(PrivateKey::parse(test::hex(one, "private_key"))->public_key(), key);
  }
  test::expect_cases("xeddsa valid", recorded.size(), 6);
}

TEST(Xeddsa, JudgesVariationsAsRecorded) {
  const auto recorded = cases("variations");
  for (const auto& one : recorded) {
    SCOPED_TRACE(test::text(one, "note"));
    const auto verdict = test::text(one, "expect");
    const bool verified =
        verify(*PublicKey::parse(test::hex(one, "public_key")), test::hex(one, "message"), test::hex(one, "signature"));
    if (verdict != "either") {
      EXPECT_EQ(verified, verdict == "accept");
    }
  }
  test::expect_cases("xeddsa variations", recorded.size(), 17);
}

TEST(Xeddsa, SignsAsRecordedWithTheRecordedRandomness) {
  const auto recorded = cases("sign_with_fixed_randomness");
  for (const auto& one : recorded) {
    SCOPED_TRACE(test::text(one, "signature"));
    test::ScriptedRandom random(test::hex(one, "random_64"));
    const auto signature = sign(*PrivateKey::parse(test::hex(one, "private_key")), test::hex(one, "message"), random);
    EXPECT_TRUE(base::same(signature, test::hex(one, "signature")));
    EXPECT_TRUE(random.is_used_up());
  }
  test::expect_cases("xeddsa sign_with_fixed_randomness", recorded.size(), 4);
}

TEST(Xeddsa, SignsTheSameWithTheEdwardsFormAtHand) {
  const auto recorded = cases("sign_with_fixed_randomness");
  for (const auto& one : recorded) {
    SCOPED_TRACE(test::text(one, "signature"));
    const SigningKey key(*PrivateKey::parse(test::hex(one, "private_key")));
    const SigningKey stored(key.private_key().clone(), key.edwards());
    for (const SigningKey* each : {&key, &stored}) {
      test::ScriptedRandom random(test::hex(one, "random_64"));
      EXPECT_TRUE(base::same(sign(*each, test::hex(one, "message"), random), test::hex(one, "signature")));
    }
  }
  test::expect_cases("xeddsa sign_with_fixed_randomness", recorded.size(), 4);
}

TEST(Xeddsa, VerifiesAlternateIdentitiesAsRecorded) {
  const auto recorded = cases("alternate_identity");
  for (const auto& one : recorded) {
    SCOPED_TRACE(test::text(one, "signature"));
    const auto key = *PublicKey::parse(test::hex(one, "signer_public_key"));
    EXPECT_EQ(verify(key, test::hex(one, "signed_bytes"), test::hex(one, "signature")),
              test::text(one, "expect") == "accept");
  }
  test::expect_cases("xeddsa alternate_identity", recorded.size(), 4);
}

RC_GTEST_PROP(Xeddsa, VerifiesWhatItSignedAndNothingElse,
              (std::uint64_t seed, const std::vector<std::uint8_t>& message)) {
  test::SeededRandom random(seed);
  const KeyPair keys = KeyPair::generate(random);
  Signature signature = sign(keys.private_key, message, random);
  RC_ASSERT(verify(keys.public_key, message, signature));

  const auto bit = *rc::gen::inRange(0u, 512u);
  signature[bit / 8] = static_cast<std::uint8_t>(signature[bit / 8] ^ (1u << bit % 8));
  RC_ASSERT(!verify(keys.public_key, message, signature));
}

}  // namespace
}  // namespace sotto::crypto

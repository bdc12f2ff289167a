#include "protocol/identity/alternate_identity.hpp"

#include <gtest/gtest.h>

#include "support/seeded_random.hpp"
#include "support/vectors.hpp"

namespace sotto::protocol {
namespace {

using test::hex;

TEST(AlternateIdentity, IsVerifiedAndSignedAsRecorded) {
  const auto content = test::vectors("signal/xeddsa.json");
  const auto& cases = content.at("alternate_identity").as_array();
  test::SeededRandom random(1);
  for (const auto& one : cases) {
    SCOPED_TRACE(test::text(one, "signature"));
    const auto signer = *crypto::PublicKey::parse(hex(one, "signer_public_key"));
    const auto other = *crypto::PublicKey::parse(hex(one, "other_public_key"));
    EXPECT_EQ(verify_alternate_identity(signer, other, hex(one, "signature")), test::text(one, "expect") == "accept");
    if (!test::has(one, "signer_private_key")) continue;
    const auto key = *crypto::PrivateKey::parse(hex(one, "signer_private_key"));
    const auto made = sign_alternate_identity(key, other, random);
    EXPECT_TRUE(crypto::verify(signer, hex(one, "signed_bytes"), made));  // over the very bytes that were recorded
    EXPECT_TRUE(verify_alternate_identity(signer, other, made));
    EXPECT_FALSE(verify_alternate_identity(other, signer, made));
  }
  test::expect_cases("xeddsa alternate_identity", cases.size(), 4);
}

}  // namespace
}  // namespace sotto::protocol

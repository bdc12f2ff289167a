#include "crypto/xwing.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/encoding.hpp"
#include "crypto/equal.hpp"
#include "support/seeded_random.hpp"

namespace sotto::crypto {
namespace {

xwing::Seed seed_of(std::string_view hex) {
  return xwing::Seed(std::span<const std::uint8_t, 32>(*base::from_hex(hex)));
}

struct Published {
  std::string_view seed, encapsulation_seed, secret;
};

// draft-connolly-cfrg-xwing-kem, test vectors 1 to 3. A shared secret hangs on every byte of both keys and ciphertexts.
constexpr Published published[] = {
    {"7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26",
     "3cb1eea988004b93103cfb0aeefd2a686e01fa4a58e8a3639ca8a1e3f9ae57e235b8cc873c23dc62b8d260169afa2f75ab916a58d97491883"
     "5d2"
     "5e6a435085b2",
     "d2df0522128f09dd8e2c92b1e905c793d8f57a54c3da25861f10bf4ca613e384"},
    {"badfd6dfaac359a5efbb7bcc4b59d538df9a04302e10c8bc1cbf1a0b3a5120ea",
     "17cda7cfad765f5623474d368ccca8af0007cd9f5e4c849f167a580b14aabdefaee7eef47cb0fca9767be1fda69419dfb927e9df07348b196"
     "691"
     "abaeb580b32d",
     "f2e86241c64d60f6649fbc6c5b7d17180b780a3f34355e64a85749949c45f150"},
    {"ef58538b8d23f87732ea63b02b4fa0f4873360e2841928cd60dd4cee8cc0d4c9",
     "22a96188d032675c8ac850933c7aff1533b94c834adbb69c6115bad4692d8619f90b0cdf8a7b9c264029ac185b70b83f2801f2f4b3f70c593"
     "ea3"
     "aeeb613a7f1b",
     "953f7f4e8c5b5049bdc771d1dffada0dd961477d1a2ae0988baa7ea6898d893f"},
};

TEST(XWing, GivesThePublishedSecrets) {
  for (const Published& one : published) {
    SCOPED_TRACE(one.seed);
    const xwing::Seed seed = seed_of(one.seed);
    test::ScriptedRandom random(*base::from_hex(one.encapsulation_seed));
    const auto sent = xwing::encapsulate(xwing::public_key(seed), random);
    ASSERT_TRUE(sent);
    EXPECT_EQ(base::to_hex(sent->secret.expose()), one.secret);
    EXPECT_EQ(base::to_hex(xwing::decapsulate(seed, sent->ciphertext).expose()), one.secret);
  }
  EXPECT_EQ(base::to_hex(base::View(xwing::public_key(seed_of(published[0].seed))).first(32)),
            "e2236b35a8c24b39b10aa1323a96a919a2ced88400633a7b07131713fc14b2b5");
}

RC_GTEST_PROP(XWing, GivesAStrangeSecretForAChangedCiphertext, (std::uint64_t number)) {
  test::SeededRandom random(number);
  const xwing::Seed seed(random.bytes<32>());
  auto sent = xwing::encapsulate(xwing::public_key(seed), random);
  RC_ASSERT(equal(xwing::decapsulate(seed, sent->ciphertext).expose(), sent->secret.expose()));
  sent->ciphertext[*rc::gen::inRange<std::size_t>(0, 1119)] ^= 1;
  RC_ASSERT(!equal(xwing::decapsulate(seed, sent->ciphertext).expose(), sent->secret.expose()));
}

TEST(XWing, RefusesAKeyOutOfRange) {
  xwing::PublicKey key;
  key.fill(0xff);
  test::SeededRandom random(1);
  EXPECT_EQ(xwing::encapsulate(key, random).error(), Error::bad_key);
}

}  // namespace
}  // namespace sotto::crypto

#include "crypto/kyber1024.hpp"

#include <gtest/gtest.h>

#include "crypto/equal.hpp"
#include "support/seeded_random.hpp"
#include "support/vectors.hpp"

namespace sotto::crypto {
namespace {

base::Blob recorded_secret_key(std::uint64_t id) {
  const auto file = test::vectors("signal/pqxdh.json");
  for (const auto& key : file.at("bob").at("kyber_pre_keys").as_array()) {
    if (test::number(key, "id") == id) return test::hex(key, "secret_key");
  }
  return {};
}

TEST(Kyber1024, DecapsulatesAsRecorded) {
  const auto file = test::vectors("signal/kem.json");
  const auto& cases = file.at("decapsulation").as_array();
  for (const auto& one : cases) {
    SCOPED_TRACE(test::number(one, "kyber_pre_key_id"));
    const auto key = KyberSecretKey::parse(recorded_secret_key(test::number(one, "kyber_pre_key_id")));
    ASSERT_TRUE(key);
    const auto secret = decapsulate(*key, *KyberCiphertext::parse(test::hex(one, "ciphertext")));
    EXPECT_TRUE(base::same(secret->expose(), test::hex(one, "shared_secret")));
  }
  EXPECT_EQ(cases.size(), 3u);
}

TEST(Kyber1024, EncapsulatesAsRecordedWithTheRecordedRandomness) {
  const auto file = test::vectors("signal/kem.json");
  const auto& cases = file.at("encapsulation_with_fixed_randomness").as_array();
  for (const auto& one : cases) {
    SCOPED_TRACE(test::text(one, "random_32"));
    test::ScriptedRandom random(test::hex(one, "random_32"));
    const auto sent = encapsulate(*KyberPublicKey::parse(test::hex(one, "public_key")), random);
    ASSERT_TRUE(sent);
    EXPECT_EQ(sent->ciphertext.serialize(), test::hex(one, "ciphertext"));
    EXPECT_TRUE(base::same(sent->secret.expose(), test::hex(one, "shared_secret")));
    const auto key = KyberSecretKey::parse(test::hex(one, "secret_key"));
    ASSERT_TRUE(key);
    EXPECT_EQ(key->public_key().serialize(), test::hex(one, "public_key"));
    EXPECT_TRUE(equal(decapsulate(*key, sent->ciphertext)->expose(), sent->secret.expose()));
  }
  EXPECT_EQ(cases.size(), 2u);
}

TEST(Kyber1024, RefusesEveryOtherTypeAndLength_A18) {
  const auto file = test::vectors("signal/kem.json");
  const auto& cases = file.at("public_key_and_ciphertext_parsing").as_array();
  for (const auto& one : cases) {
    SCOPED_TRACE(test::text(one, "note"));
    base::Blob bytes(test::number(one, "total_length"));
    if (!bytes.empty()) bytes[0] = test::hex(one, "first_byte").at(0);
    EXPECT_FALSE(KyberPublicKey::parse(bytes));
    EXPECT_FALSE(KyberCiphertext::parse(bytes));
  }
  EXPECT_EQ(cases.size(), 5u);
}

TEST(Kyber1024, SaysWhatIsWrong_A18) {
  for (unsigned type = 0; type < 256; ++type) {
    if (type == kyber1024::type) continue;
    base::Blob bytes(1569, static_cast<std::uint8_t>(type));
    EXPECT_EQ(KyberPublicKey::parse(bytes).error(), Error::bad_key_type);
    EXPECT_EQ(KyberCiphertext::parse(bytes).error(), Error::bad_ciphertext_type);
  }
  EXPECT_EQ(KyberPublicKey::parse({}).error(), Error::no_key_type);
  EXPECT_EQ(KyberPublicKey::parse(base::Blob(1568, 8)).error(), Error::bad_key_length);
  EXPECT_EQ(KyberCiphertext::parse(base::Blob(1570, 8)).error(), Error::bad_ciphertext_length);
}

TEST(Kyber1024, ADamagedSecretKeyDecapsulatesNothing) {
  test::SeededRandom random(6);
  const KyberKeyPair keys = KyberKeyPair::generate(random);
  const auto sent = encapsulate(keys.public_key, random);
  base::Blob damaged = base::blob(keys.secret_key.expose());
  damaged[2'000] ^= 1;  // inside the public half, which the hash beside it covers
  EXPECT_EQ(decapsulate(*KyberSecretKey::parse(damaged), sent->ciphertext).error(), Error::bad_key);
}

TEST(Kyber1024, GivesAStrangeSecretForAStrangeCiphertext) {
  test::SeededRandom random(4);
  const KyberKeyPair keys = KyberKeyPair::generate(random), others = KyberKeyPair::generate(random);
  const auto sent = encapsulate(keys.public_key, random);
  ASSERT_TRUE(sent);
  EXPECT_TRUE(equal(decapsulate(keys.secret_key, sent->ciphertext)->expose(), sent->secret.expose()));
  EXPECT_FALSE(equal(decapsulate(others.secret_key, sent->ciphertext)->expose(), sent->secret.expose()));
}

}  // namespace
}  // namespace sotto::crypto

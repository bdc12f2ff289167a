// Runs under valgrind: "secret" is what it is told is undefined, and it reports each jump or address made from that.
#include <gtest/gtest.h>
#include <valgrind/memcheck.h>

#include <cstring>

#include "crypto/curve25519.hpp"
#include "crypto/equal.hpp"
#include "crypto/hkdf.hpp"
#include "crypto/kyber1024.hpp"
#include "crypto/mlkem768_split.hpp"
#include "crypto/start.hpp"
#include "crypto/xeddsa.hpp"
#include "support/seeded_random.hpp"

namespace sotto::crypto {
namespace {

class ConstantTime : public testing::Test {
 protected:
  void SetUp() override {
    if (RUNNING_ON_VALGRIND == 0) GTEST_SKIP() << "only valgrind can tell";
    ASSERT_TRUE(start());
    complaints_ = VALGRIND_COUNT_ERRORS;
  }
  unsigned complaints() const { return static_cast<unsigned>(VALGRIND_COUNT_ERRORS - complaints_); }

  static void make_secret(base::View bytes) { VALGRIND_MAKE_MEM_UNDEFINED(bytes.data(), bytes.size()); }
  static void make_known(const void* at, std::size_t size) { VALGRIND_MAKE_MEM_DEFINED(at, size); }

  test::SeededRandom random_{1};
  unsigned complaints_ = 0;
};

TEST_F(ConstantTime, ComparingMacsNeverBranchesOnTheirBytes) {
  base::Bytes<32> mac{}, expected{};
  make_secret(mac);
  const bool same = equal(mac, expected);
  make_known(&same, sizeof same);
  EXPECT_TRUE(same);
  EXPECT_EQ(complaints(), 0u);
}

TEST_F(ConstantTime, ComparingMacsWithMemcmpIsNoticed) {
  base::Bytes<32> mac = random_.bytes<32>(), expected = mac;
  make_secret(mac);
  bool same = false;
  if (std::memcmp(mac.data(), expected.data(), mac.size()) == 0) same = true;
  make_known(&same, sizeof same);
  EXPECT_TRUE(same);
  EXPECT_GT(complaints(), 0u);
}

TEST_F(ConstantTime, AgreeingNeverBranchesOnThePrivateKey) {
  const PrivateKey key = PrivateKey::generate(random_);
  const PublicKey remote = PrivateKey::generate(random_).public_key();
  make_secret(key.expose());
  const auto secret = agree(key, remote);
  make_known(&secret, sizeof secret);
  EXPECT_TRUE(secret.has_value());
  EXPECT_EQ(complaints(), 0u);
}

TEST_F(ConstantTime, DerivingAPublicKeyNeverBranchesOnThePrivateOne) {
  const PrivateKey key = PrivateKey::generate(random_);
  make_secret(key.expose());
  const PublicKey open = key.public_key();
  make_known(&open, sizeof open);
  EXPECT_EQ(complaints(), 0u);
}

TEST_F(ConstantTime, SigningNeverBranchesOnThePrivateKey) {
  const PrivateKey key = PrivateKey::generate(random_);
  const PublicKey open = key.public_key();
  make_secret(key.expose());
  const Signature signature = sign(key, base::view("message"), random_);
  make_known(&signature, sizeof signature);
  EXPECT_EQ(complaints(), 0u);
  EXPECT_TRUE(verify(open, base::view("message"), signature));
}

TEST_F(ConstantTime, DecapsulatingNeverBranchesOnTheSecretKey) {
  const KyberKeyPair keys = KyberKeyPair::generate(random_);
  const auto sent = encapsulate(keys.public_key, random_);
  ASSERT_TRUE(sent);
  make_secret(keys.secret_key.expose().subspan(1, 1536));  // ŝ; behind it stands the public half
  make_secret(keys.secret_key.expose().last(32));          // z
  const auto received = decapsulate(keys.secret_key, sent->ciphertext);
  make_known(&received, sizeof received);
  EXPECT_EQ(complaints(), 0u);
  EXPECT_TRUE(equal(received->expose(), sent->secret.expose()));
}

TEST_F(ConstantTime, RefusingACiphertextNeverBranchesOnTheSecretKey) {
  const KyberKeyPair keys = KyberKeyPair::generate(random_);
  const auto sent = encapsulate(keys.public_key, random_);
  ASSERT_TRUE(sent);
  base::Blob forged = sent->ciphertext.serialize();
  forged[100] ^= 1;
  const auto ciphertext = KyberCiphertext::parse(forged);
  ASSERT_TRUE(ciphertext);
  make_secret(keys.secret_key.expose().subspan(1, 1536));
  make_secret(keys.secret_key.expose().last(32));
  const auto received = decapsulate(keys.secret_key, *ciphertext);
  make_known(&received, sizeof received);
  EXPECT_EQ(complaints(), 0u);
}

TEST_F(ConstantTime, EncapsulatingInHalvesNeverBranchesOnTheMessage) {
  const mlkem768::SplitKey key = mlkem768::split(mlkem768::generate(random_).public_key);
  const mlkem768::Message message(random_.bytes<32>());
  make_secret(message.expose());
  const mlkem768::FirstHalf first = mlkem768::encapsulate_first(key.header, message);
  const mlkem768::LastPart last = mlkem768::encapsulate_last(key.header, message, key.vector);
  make_known(&first, sizeof first);
  make_known(&last, sizeof last);
  EXPECT_EQ(complaints(), 0u);
}

TEST_F(ConstantTime, DecapsulatingTheHalvesNeverBranchesOnTheSecretKey) {
  const mlkem768::KeyPair keys = mlkem768::generate(random_);
  const auto sent = mlkem768::encapsulate(keys.public_key, random_);
  ASSERT_TRUE(sent);
  mlkem768::Ciphertext forged = sent->ciphertext;
  forged[1'000] ^= 1;
  make_secret(keys.secret_key.expose().first(1'152));  // ŝ; behind it stands the public half
  make_secret(keys.secret_key.expose().last(32));      // z
  for (const mlkem768::Ciphertext& ciphertext : {sent->ciphertext, forged}) {
    const auto received = mlkem768::decapsulate(keys.secret_key, ciphertext);
    make_known(&received, sizeof received);
    EXPECT_TRUE(received.has_value());
  }
  EXPECT_EQ(complaints(), 0u);
}

TEST_F(ConstantTime, DerivingKeysNeverBranchesOnTheSecretInput) {
  const auto input = random_.bytes<32>();
  make_secret(input);
  base::Bytes<80> keys;
  hkdf_sha256_into(keys, input, input, base::view("label"));
  make_known(&keys, sizeof keys);
  EXPECT_EQ(complaints(), 0u);
}

}  // namespace
}  // namespace sotto::crypto

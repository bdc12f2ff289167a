// Runs under valgrind: "secret" is what it is told is undefined, and it reports each jump or address made from that.
#include <gtest/gtest.h>
#include <valgrind/memcheck.h>

#include <cstring>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>

#include "crypto/aead.hpp"
#include "crypto/aes.hpp"
#include "crypto/awslc/hardware.h"
#include "crypto/curve25519.hpp"
#include "crypto/equal.hpp"
#include "crypto/hkdf.hpp"
#include "crypto/hmac.hpp"
#include "crypto/kyber1024.hpp"
#include "crypto/mlkem768_split.hpp"
#include "crypto/start.hpp"
#include "crypto/xeddsa.hpp"
#include "support/seeded_random.hpp"
#include "support/vectors.hpp"

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

TEST_F(ConstantTime, AuthenticatingNeverBranchesOnKeyOrMessage) {
  const auto key = random_.bytes<32>(), message = random_.bytes<32>();
  make_secret(key);
  make_secret(message);
  const auto mac = hmac_sha256<base::Bytes<32>>(key, message);
  make_known(&mac, sizeof mac);
  EXPECT_EQ(complaints(), 0u);
}

TEST_F(ConstantTime, SigningWithAKeptEdwardsFormNeverBranchesOnThePrivateKey) {
  const SigningKey key(PrivateKey::generate(random_));
  make_secret(key.private_key().expose());
  const Signature signature = sign(key, base::view("message"), random_);
  make_known(&signature, sizeof signature);
  EXPECT_EQ(complaints(), 0u);
}

// Random bytes that are secret.
class SecretRandom final : public base::Random {
 public:
  void fill(std::span<std::uint8_t> bytes) override {
    seeded_.fill(bytes);
    VALGRIND_MAKE_MEM_UNDEFINED(bytes.data(), bytes.size());
  }

 private:
  test::SeededRandom seeded_{7};
};

TEST_F(ConstantTime, MakingAKeyPairNeverBranchesOnItsRandomBytes) {
  SecretRandom random;
  const KeyPair keys = KeyPair::generate(random);
  make_known(&keys.public_key, sizeof keys.public_key);
  EXPECT_EQ(complaints(), 0u);
}

// The seed of the public matrix comes out of the same hash as the secrets and is published; sampling it takes as long
// as it takes. That one place is in constant_time.supp.
TEST_F(ConstantTime, MakingAKyberKeyPairNeverBranchesOnItsSecrets) {
  SecretRandom random;
  const KyberKeyPair keys = KyberKeyPair::generate(random);
  make_known(keys.public_key.serialize().data(), keys.public_key.serialize().size());
  EXPECT_EQ(complaints(), 0u);
}

TEST_F(ConstantTime, EncapsulatingNeverBranchesOnTheMessage) {
  const KyberKeyPair keys = KyberKeyPair::generate(random_);
  SecretRandom random;
  const auto sent = encapsulate(keys.public_key, random);
  make_known(&sent, sizeof sent);
  ASSERT_TRUE(sent);
  EXPECT_EQ(complaints(), 0u);
}

TEST_F(ConstantTime, Aes256CbcNeverBranchesOnKeyIvOrText) {
  const auto key = random_.bytes<32>();
  const auto iv = random_.bytes<16>();
  const base::Blob text = base::blob(random_.bytes<100>());
  for (const base::View secret : {base::View(key), base::View(iv), base::View(text)}) make_secret(secret);
  const base::Blob sealed = aes256_cbc_encrypt(key, iv, text);
  const auto opened = aes256_cbc_decrypt(key, iv, sealed);
  make_known(&opened, sizeof opened);
  EXPECT_TRUE(opened);
  EXPECT_EQ(complaints(), 0u);
}

TEST_F(ConstantTime, Aes256CtrNeverBranchesOnKeyOrText) {
  const auto key = random_.bytes<32>();
  const base::Blob text = base::blob(random_.bytes<100>());
  make_secret(key);
  make_secret(text);
  const base::Blob sealed = aes256_ctr(key, base::Bytes<16>{}, text);
  EXPECT_EQ(sealed.size(), text.size());
  EXPECT_EQ(complaints(), 0u);
}

TEST_F(ConstantTime, Aes256GcmSivNeverBranchesOnKeyOrText) {
  const auto key = random_.bytes<32>();
  const base::Blob text = base::blob(random_.bytes<100>());
  make_secret(key);
  make_secret(text);
  const base::Blob sealed = aead::seal(key, {}, text, {});
  const auto opened = aead::open(key, {}, sealed, {});
  make_known(&opened, sizeof opened);
  EXPECT_TRUE(opened);
  EXPECT_EQ(complaints(), 0u);
}

TEST_F(ConstantTime, AnIndexMadeOfASecretIsNoticed) {
  auto table = random_.bytes<256>();
  std::uint8_t secret = random_.bytes<1>()[0];
  make_secret({&secret, 1});
  volatile std::uint8_t looked_up = table[secret];
  make_known(const_cast<const std::uint8_t*>(&looked_up), 1);
  EXPECT_GT(complaints(), 0u);
}

// Which paths the other tests ran on, and which of this processor's they did not see, because valgrind hides them.
TEST_F(ConstantTime, SaysWhichPathsOfTheProcessorItSaw) {
  std::ifstream file("/proc/cpuinfo");
  std::string line;
  std::set<std::string> flags;
  while (flags.empty() && std::getline(file, line)) {
    if (!line.starts_with("flags") && !line.starts_with("Features")) continue;
    std::istringstream words(line.substr(line.find(':') + 1));
    for (std::string word; words >> word;) flags.insert(word);
  }
  ASSERT_FALSE(flags.empty());
  const std::set<std::string> known_to_be_hidden{"ADX", "SHA-NI", "AVX-512", "VAES", "VPCLMULQDQ"};
  std::cout << "constant time was checked on:";
  std::string unseen;
  for (const sotto_hardware* path = sotto_hardware_paths(); path->name != nullptr; ++path) {
    if (path->in_use != 0) std::cout << " " << path->name;
    if (path->in_use != 0 || !flags.contains(path->kernel)) continue;
    unseen += std::string(" ") + path->name;
    EXPECT_TRUE(known_to_be_hidden.contains(path->name)) << path->name << " is a new blind spot: docs/constant-time.md";
  }
  std::cout << "\nnot seen, though this processor has them:" << (unseen.empty() ? " nothing" : unseen) << "\n";
}

TEST(ConstantTimeExceptions, EachHasItsReasonInTheDocument) {
  const auto lines_of = [](const std::string& path) {
    std::ifstream file(test::source_dir() + path);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
  };
  std::string document;
  for (const std::string& line : lines_of("/docs/constant-time.md")) document += line + "\n";
  std::size_t count = 0;
  for (const char* path : {"/tests/crypto/constant_time.supp"}) {
    const auto lines = lines_of(path);
    for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
      if (lines[i] != "{") continue;
      const std::string name = lines[i + 1].substr(lines[i + 1].find_first_not_of(' '));
      EXPECT_NE(document.find("`" + name + "`"), std::string::npos) << name;
      ++count;
    }
  }
  EXPECT_EQ(count, 4u);
}

}  // namespace
}  // namespace sotto::crypto

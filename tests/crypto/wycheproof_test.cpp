// The Wycheproof files that apply. "acceptable" cases are run and may go either way, as that project means it.
#include <gtest/gtest.h>
#include <openssl/curve25519.h>

#include <functional>

#include "crypto/aead.hpp"
#include "crypto/aes.hpp"
#include "crypto/awslc/mlkem.h"
#include "crypto/curve25519.hpp"
#include "crypto/equal.hpp"
#include "crypto/hkdf.hpp"
#include "crypto/mlkem768.hpp"
#include "crypto/start.hpp"
#include "support/seeded_random.hpp"
#include "support/vectors.hpp"

namespace sotto::crypto {
namespace {

using boost::json::value;
using test::hex;

// Whether one case came out as it is described; what does not apply gives nothing.
using Check = std::function<std::optional<bool>(const value& group, const value& one)>;

void run(const std::string& file, std::size_t expected, const Check& comes_out) {
  ASSERT_TRUE(start());
  const value content = test::read_json(SOTTO_WYCHEPROOF_DIR "/" + file + ".json");
  std::size_t count = 0;
  for (const value& group : content.at("testGroups").as_array()) {
    for (const value& one : group.at("tests").as_array()) {
      SCOPED_TRACE(file + " tcId " + std::to_string(test::number(one, "tcId")));
      const std::optional<bool> outcome = comes_out(group, one);
      if (!outcome) continue;
      ++count;
      const std::string verdict = test::text(one, "result");
      if (verdict != "acceptable") {
        EXPECT_EQ(*outcome, verdict == "valid");
      }
    }
  }
  EXPECT_EQ(count, expected);
}

TEST(Wycheproof, X25519) {
  run("x25519_test", 518, [](const value&, const value& one) -> std::optional<bool> {
    const auto key = PrivateKey::parse(hex(one, "private"));
    const auto secret = agree(*key, PublicKey(hex<32>(one, "public")));
    const base::Blob expected = hex(one, "shared");
    if (!secret) return !base::same(expected, base::Bytes<32>{});  // zero is refused, and said to be zero
    return base::same(secret->expose(), expected);
  });
}

TEST(Wycheproof, Ed25519AsXeddsaUsesIt) {
  run("ed25519_test", 151, [](const value& group, const value& one) -> std::optional<bool> {
    const auto key = hex<32>(group.at("publicKey"), "pk");
    const base::Blob message = hex(one, "msg"), signature = hex(one, "sig");
    return signature.size() == 64 && ED25519_verify(message.data(), message.size(), signature.data(), key.data()) == 1;
  });
}

template <std::size_t N>
std::optional<bool> mac_case(const value& one, void (*hmac)(std::span<std::uint8_t, N>, base::View, Parts)) {
  const base::Blob message = hex(one, "msg"), tag = hex(one, "tag");
  base::Bytes<N> made;
  hmac(made, hex(one, "key"), {message});
  return base::same(base::View(made).first(tag.size()), tag);
}

TEST(Wycheproof, HmacSha256) {
  run("hmac_sha256_test", 174, [](const value&, const value& one) { return mac_case<32>(one, hmac_sha256_into); });
}

TEST(Wycheproof, HmacSha512) {
  run("hmac_sha512_test", 174, [](const value&, const value& one) { return mac_case<64>(one, hmac_sha512_into); });
}

TEST(Wycheproof, HkdfSha256) {
  run("hkdf_sha256_test", 86, [](const value&, const value& one) -> std::optional<bool> {
    const std::uint64_t size = test::number(one, "size");
    if (size > 255 * 32) return false;  // ours stops the program, a promise of the caller
    base::Blob okm(size);
    hkdf_sha256_into(okm, hex(one, "salt"), hex(one, "ikm"), hex(one, "info"));
    return okm == hex(one, "okm");
  });
}

TEST(Wycheproof, Aes256CbcWithPkcs7Padding) {
  run("aes_cbc_pkcs5_test", 72, [](const value& group, const value& one) -> std::optional<bool> {
    if (test::number(group, "keySize") != 256) return std::nullopt;
    const auto key = hex<32>(one, "key");
    const auto iv = hex<16>(one, "iv");
    const auto text = aes256_cbc_decrypt(key, iv, hex(one, "ct"));
    return text && *text == hex(one, "msg") && aes256_cbc_encrypt(key, iv, *text) == hex(one, "ct");
  });
}

TEST(Wycheproof, Aes256GcmSiv) {
  run("aes_gcm_siv_test", 103, [](const value& group, const value& one) -> std::optional<bool> {
    if (test::number(group, "keySize") != 256 || test::number(group, "ivSize") != 96) return std::nullopt;
    const auto key = hex<32>(one, "key");
    const auto nonce = hex<12>(one, "iv");
    const base::Blob sealed = base::concat({hex(one, "ct"), hex(one, "tag")}), associated = hex(one, "aad");
    const auto text = aead::open(key, nonce, sealed, associated);
    return text && *text == hex(one, "msg") && aead::seal(key, nonce, *text, associated) == sealed;
  });
}

mlkem768::KeyPair from_seed(base::View seed) {
  return mlkem768::from_seed(mlkem768::Seed(std::span<const std::uint8_t, 64>(seed)));
}

TEST(Wycheproof, MlKem768) {
  run("mlkem_768_test", 201, [](const value&, const value& one) -> std::optional<bool> {
    const base::Blob seed = hex(one, "seed");
    const auto ciphertext = base::fixed<1088>(hex(one, "c"));
    if (seed.size() != 64 || !ciphertext) return false;
    const auto secret = mlkem768::decapsulate(from_seed(seed).secret_key, *ciphertext);
    return secret && base::same(secret->expose(), hex(one, "K"));
  });
}

TEST(Wycheproof, MlKem768Encapsulation) {
  run("mlkem_768_encaps_test", 265, [](const value&, const value& one) -> std::optional<bool> {
    const auto key = base::fixed<1184>(hex(one, "ek"));
    if (!key) return false;
    test::ScriptedRandom random(hex(one, "m"));
    const auto sent = mlkem768::encapsulate(*key, random);
    if (!sent) return false;
    return base::same(sent->ciphertext, hex(one, "c")) && base::same(sent->secret.expose(), hex(one, "K"));
  });
}

TEST(Wycheproof, MlKem768KeyGeneration) {
  run("mlkem_768_keygen_seed_test", 100, [](const value&, const value& one) -> std::optional<bool> {
    const mlkem768::KeyPair keys = from_seed(hex(one, "seed"));
    return base::same(keys.public_key, hex(one, "ek")) && base::same(keys.secret_key.expose(), hex(one, "dk"));
  });
}

TEST(Wycheproof, MlKem768DecapsulationWithExpandedKeys) {
  run("mlkem_768_semi_expanded_decaps_test", 9, [](const value&, const value& one) -> std::optional<bool> {
    const base::Blob key = hex(one, "dk");
    const auto ciphertext = base::fixed<1088>(hex(one, "c"));
    if (key.size() != 2400 || !ciphertext) return false;
    const auto secret =
        mlkem768::decapsulate(mlkem768::SecretKey(std::span<const std::uint8_t, 2400>(key)), *ciphertext);
    return secret && base::same(secret->expose(), hex(one, "K"));
  });
}

// Kyber1024 stands on AWS-LC's ML-KEM-1024 and hashes its secret once more, so these go to AWS-LC itself.
constexpr std::size_t ek_size = 1568, dk_size = 3168, c_size = 1568;

struct Keys1024 {
  base::Blob ek = base::Blob(ek_size), dk = base::Blob(dk_size);
  explicit Keys1024(base::View seed) {
    std::size_t ek_written = ek_size, dk_written = dk_size;
    EXPECT_EQ(ml_kem_1024_keypair_deterministic(ek.data(), &ek_written, dk.data(), &dk_written, seed.data()), 0);
  }
};

std::optional<base::Blob> decapsulate1024(base::View dk, base::View c) {
  base::Blob secret(32);
  std::size_t size = secret.size();
  if (dk.size() != dk_size || c.size() != c_size) return std::nullopt;
  if (ml_kem_1024_decapsulate(secret.data(), &size, c.data(), dk.data()) != 0) return std::nullopt;
  return secret;
}

TEST(Wycheproof, MlKem1024) {
  run("mlkem_1024_test", 202, [](const value&, const value& one) -> std::optional<bool> {
    const base::Blob seed = hex(one, "seed");
    if (seed.size() != 64) return false;
    const auto secret = decapsulate1024(Keys1024(seed).dk, hex(one, "c"));
    return secret && *secret == hex(one, "K");
  });
}

TEST(Wycheproof, MlKem1024Encapsulation) {
  run("mlkem_1024_encaps_test", 269, [](const value&, const value& one) -> std::optional<bool> {
    const base::Blob ek = hex(one, "ek"), m = hex(one, "m");
    base::Blob c(c_size), secret(32);
    std::size_t c_written = c_size, secret_written = 32;
    if (ek.size() != ek_size || m.size() != 32) return false;
    if (ml_kem_1024_encapsulate_deterministic(c.data(), &c_written, secret.data(), &secret_written, ek.data(),
                                              m.data()) != 0) {
      return false;
    }
    return c == hex(one, "c") && secret == hex(one, "K");
  });
}

TEST(Wycheproof, MlKem1024KeyGeneration) {
  run("mlkem_1024_keygen_seed_test", 100, [](const value&, const value& one) -> std::optional<bool> {
    const Keys1024 keys(hex(one, "seed"));
    return keys.ek == hex(one, "ek") && keys.dk == hex(one, "dk");
  });
}

TEST(Wycheproof, MlKem1024DecapsulationWithExpandedKeys) {
  run("mlkem_1024_semi_expanded_decaps_test", 9, [](const value&, const value& one) -> std::optional<bool> {
    const auto secret = decapsulate1024(hex(one, "dk"), hex(one, "c"));
    return secret && *secret == hex(one, "K");
  });
}

}  // namespace
}  // namespace sotto::crypto

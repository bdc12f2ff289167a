#include "bench/protocol/floor.hpp"

#include <openssl/aead.h>
#include <openssl/aes.h>
#include <openssl/curve25519.h>
#include <openssl/mem.h>
#include <openssl/sha.h>

#include <cstring>

#include "base/check.hpp"
#include "crypto/kyber1024.hpp"
#include "crypto/system_random.hpp"
#include "crypto/xeddsa.hpp"

extern "C" std::uint8_t* SHA3_256(const std::uint8_t*, std::size_t, std::uint8_t*);

namespace sotto::bench {
namespace {

using Key = base::Bytes<32>;

constexpr std::size_t text_size = 256, padded_size = 272;  // bytes of a message, and after PKCS#7

/// Everything that the primitives read and write; values do not matter.
struct Bench {
  crypto::SystemRandom random;
  base::Bytes<4096> input = random.bytes<4096>();
  base::Bytes<4096> output{};
  Key chain_key{}, seed{}, zero{}, agreed{}, private_key{}, public_key{}, remote_private{}, remote_public{};
  base::Bytes<128> keys{};
  crypto::KeyPair identity = crypto::KeyPair::generate(random);
  crypto::Signature signature = crypto::sign(identity.private_key, base::View(input).first(33), random);
  crypto::Signature group_signature = crypto::sign(identity.private_key, base::View(input).first(300), random);
  crypto::KyberKeyPair kyber = crypto::KyberKeyPair::generate(random);
  crypto::KyberCiphertext ciphertext = std::move(crypto::encapsulate(kyber.public_key, random).value().ciphertext);

  Bench() {
    X25519_keypair(public_key.data(), private_key.data());
    X25519_keypair(remote_public.data(), remote_private.data());
  }

  void hmac(std::uint8_t* out, const std::uint8_t* key, const std::uint8_t* message, std::size_t size) {
    base::Bytes<64> block{};
    std::memcpy(block.data(), key, 32);
    for (auto& byte : block) byte ^= 0x36;
    SHA256_CTX hash;
    SHA256_Init(&hash);
    SHA256_Update(&hash, block.data(), block.size());
    SHA256_Update(&hash, message, size);
    Key inner;
    SHA256_Final(inner.data(), &hash);
    for (auto& byte : block) byte ^= 0x36 ^ 0x5c;
    SHA256_Init(&hash);
    SHA256_Update(&hash, block.data(), block.size());
    SHA256_Update(&hash, inner.data(), inner.size());
    SHA256_Final(out, &hash);
    OPENSSL_cleanse(block.data(), block.size());
  }

  void hkdf(std::size_t size, const std::uint8_t* salt, const std::uint8_t* ikm, std::size_t ikm_size,
            std::size_t info_size) {
    Key extracted;
    hmac(extracted.data(), salt, ikm, ikm_size);
    base::Bytes<32 + 128 + 1> block;
    std::size_t have = 0;
    std::uint8_t* to = keys.data();
    for (std::uint8_t i = 1; size > 0; ++i) {
      std::memcpy(block.data() + have, input.data(), info_size);
      block[have + info_size] = i;
      Key part;
      hmac(part.data(), extracted.data(), block.data(), have + info_size + 1);
      std::memcpy(block.data(), part.data(), part.size());
      have = 32;
      const std::size_t taken = std::min<std::size_t>(size, 32);
      std::memcpy(to, part.data(), taken);
      to += taken;
      size -= taken;
    }
    OPENSSL_cleanse(extracted.data(), extracted.size());
  }

  void agree() { X25519(agreed.data(), private_key.data(), remote_public.data()); }
  void generate() { X25519_keypair(public_key.data(), private_key.data()); }

  void step_and_message_keys() {
    hkdf(64, zero.data(), chain_key.data(), 32, 36);  // SPQR's chain
    hmac(seed.data(), chain_key.data(), input.data(), 1);
    hmac(chain_key.data(), chain_key.data(), input.data() + 1, 1);
    hkdf(80, keys.data() + 32, seed.data(), 32, 18);
  }
  void mac() { hmac(output.data() + 400, keys.data() + 32, input.data(), 66 + 354); }

  void cbc(std::size_t key_at, int direction) {
    AES_KEY key;
    if (direction == AES_ENCRYPT) {
      AES_set_encrypt_key(keys.data() + key_at, 256, &key);
    } else {
      AES_set_decrypt_key(keys.data() + key_at, 256, &key);
    }
    AES_cbc_encrypt(input.data(), output.data(), padded_size, &key, keys.data() + 64, direction);
    OPENSSL_cleanse(&key, sizeof key);
  }
  void ctr_and_mac(std::size_t size) {
    AES_KEY key;
    base::Bytes<16> iv{}, counter{};
    unsigned number = 0;
    AES_set_encrypt_key(keys.data(), 256, &key);
    AES_ctr128_encrypt(input.data(), output.data(), size, &key, iv.data(), counter.data(), &number);
    hmac(output.data(), keys.data() + 32, input.data(), size);
    OPENSSL_cleanse(&key, sizeof key);
  }
  void gcm_siv(std::size_t size) {
    EVP_AEAD_CTX context;
    std::size_t written = 0;
    CHECK(EVP_AEAD_CTX_init(&context, EVP_aead_aes_256_gcm_siv(), keys.data(), 32, 16, nullptr));
    CHECK(EVP_AEAD_CTX_seal(&context, output.data(), &written, output.size(), zero.data(), 12, input.data(), size,
                            nullptr, 0));
    EVP_AEAD_CTX_cleanup(&context);
  }

  void encrypt() {
    step_and_message_keys();
    cbc(0, AES_ENCRYPT);
    mac();
  }
  void decrypt() {
    step_and_message_keys();
    mac();
    cbc(0, AES_DECRYPT);
  }
  void root_step() {
    agree();
    hkdf(64, input.data(), agreed.data(), 32, 14);
  }
  void turn() {
    root_step();
    generate();
    root_step();
  }
  void start_spqr() {
    hkdf(96, zero.data(), input.data(), 32, 40);
    hkdf(64, zero.data(), input.data(), 32, 40);
  }
  void hash_kyber() { SHA3_256(input.data(), 1568, output.data()); }

  void process_bundle() {
    for (int i = 0; i < 2; ++i) CHECK(crypto::verify(identity.public_key, base::View(input).first(33), signature));
    generate();
    for (int i = 0; i < 4; ++i) agree();
    CHECK(crypto::encapsulate(kyber.public_key, random));
    hkdf(96, zero.data(), input.data(), 192, 46);
    generate();
    root_step();
    start_spqr();
  }
  void first_decrypt() {
    for (int i = 0; i < 4; ++i) agree();
    static_cast<void>(crypto::decapsulate(kyber.secret_key, ciphertext));
    hkdf(96, zero.data(), input.data(), 192, 46);
    start_spqr();
    turn();
    decrypt();
  }

  void group_keys() {
    hmac(seed.data(), chain_key.data(), input.data(), 1);
    hmac(chain_key.data(), chain_key.data(), input.data() + 1, 1);
    hkdf(48, zero.data(), seed.data(), 32, 12);
  }
  void group_encrypt() {
    group_keys();
    cbc(16, AES_ENCRYPT);
    static_cast<void>(crypto::sign(identity.private_key, base::View(output).first(300), random));
  }
  void group_decrypt() {
    CHECK(crypto::verify(identity.public_key, base::View(input).first(300), group_signature));
    group_keys();
    cbc(16, AES_DECRYPT);
  }

  void seal_v1() {
    generate();
    agree();
    hkdf(96, input.data(), agreed.data(), 32, 0);
    ctr_and_mac(33);
    agree();
    hkdf(96, input.data(), agreed.data(), 32, 0);
    ctr_and_mac(640);
  }
  void open_v1() {
    agree();
    hkdf(96, input.data(), agreed.data(), 32, 0);
    ctr_and_mac(33);
    agree();
    hkdf(96, input.data(), agreed.data(), 32, 0);
    ctr_and_mac(640);
  }
  void seal_v2(int recipients) {
    hkdf(32, zero.data(), input.data(), 32, 34);
    hkdf(32, zero.data(), input.data(), 32, 34);
    X25519_public_from_private(public_key.data(), private_key.data());
    gcm_siv(600);
    for (int i = 0; i < recipients; ++i) {
      agree();
      hkdf(32, zero.data(), agreed.data(), 32, 90);
      agree();
      hkdf(16, zero.data(), agreed.data(), 32, 120);
    }
  }
  void prekeys() {
    for (int i = 0; i < 100; ++i) {
      generate();
      const auto made = crypto::KyberKeyPair::generate(random);
      static_cast<void>(crypto::sign(identity.private_key, made.public_key.serialize(), random));
    }
  }
  void fingerprint() {
    base::Bytes<64> digest{};
    for (int i = 0; i < 2 * 5200; ++i) {
      SHA512_CTX hash;
      SHA512_Init(&hash);
      SHA512_Update(&hash, digest.data(), digest.size());
      SHA512_Update(&hash, input.data(), 33);
      SHA512_Final(digest.data(), &hash);
    }
  }
};

}  // namespace

std::vector<Floor> floors() {
  static Bench bench;
  return {
      {"process_bundle", [] { bench.process_bundle(); }},
      {"first_encrypt", [] { bench.encrypt(); }},
      {"first_decrypt", [] { bench.first_decrypt(); }},
      {"encrypt", [] { bench.encrypt(); }},
      {"decrypt", [] { bench.decrypt(); }},
      {"encrypt_10000",
       [] {
         for (int i = 0; i < 10'000; ++i) bench.encrypt();
       }},
      {"ping_pong",
       [] {
         for (int i = 0; i < 2; ++i) bench.encrypt(), bench.turn(), bench.decrypt();
       }},
      {"sender_key_encrypt", [] { bench.group_encrypt(); }},
      {"sender_key_decrypt", [] { bench.group_decrypt(); }},
      {"sealed_v1_wrap", [] { bench.seal_v1(); }},
      {"sealed_v1_unwrap", [] { bench.open_v1(); }},
      {"sealed_v2_1", [] { bench.seal_v2(1); }},
      {"sealed_v2_10", [] { bench.seal_v2(10); }},
      {"sealed_v2_100", [] { bench.seal_v2(100); }},
      {"sealed_v2_1000", [] { bench.seal_v2(1'000); }},
      {"fan_out_1000",
       [] {
         for (int i = 0; i < 1'000; ++i) bench.encrypt();
       }},
      {"prekeys_100", [] { bench.prekeys(); }},
      {"fingerprint", [] { bench.fingerprint(); }},
  };
}

}  // namespace sotto::bench

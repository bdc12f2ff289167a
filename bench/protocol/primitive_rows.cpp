#include "base/check.hpp"
#include "bench/protocol/ends.hpp"
#include "bench/protocol/rows.hpp"
#include "crypto/aes.hpp"
#include "crypto/hkdf.hpp"
#include "crypto/hmac.hpp"
#include "crypto/mlkem768.hpp"

namespace sotto::bench {
namespace {

// Gives the value to the caller, so that the work that made it is not left out.
template <class T>
void use(const T& value) {
  asm volatile("" : : "r,m"(value) : "memory");
}

struct Keys {
  crypto::KeyPair local = crypto::KeyPair::generate(system_random());
  crypto::KeyPair remote = crypto::KeyPair::generate(system_random());
  base::Bytes<64> message{};
  crypto::Signature signature = crypto::sign(local.private_key, message, system_random());
  crypto::KyberKeyPair kyber = crypto::KyberKeyPair::generate(system_random());
  crypto::KyberCiphertext ciphertext = crypto::encapsulate(kyber.public_key, system_random()).value().ciphertext;
};

std::function<void()> with_keys(void (*work)(const Keys&)) {
  return [work, keys = std::make_shared<Keys>()] { work(*keys); };
}

template <void (*work)(const Keys&)>
std::function<void()> make() {
  return with_keys(work);
}

void generate(const Keys&) { use(crypto::KeyPair::generate(system_random())); }
void agree(const Keys& keys) { CHECK(crypto::agree(keys.local.private_key, keys.remote.public_key)); }
void sign(const Keys& keys) { use(crypto::sign(keys.local.private_key, keys.message, system_random())); }
void verify(const Keys& keys) { CHECK(crypto::verify(keys.local.public_key, keys.message, keys.signature)); }
void is_canonical(const Keys& keys) { CHECK(crypto::is_canonical(keys.local.public_key)); }
void hmac(const Keys& keys) {
  use(crypto::hmac_sha256<base::Bytes<32>>(base::View(keys.message).first(32), base::View(keys.message).last(32)));
}
void hkdf(const Keys& keys) {
  base::Bytes<80> out;
  const base::View salt = base::View(keys.message).first(32);
  crypto::hkdf_sha256_into(out, salt, salt, base::view("WhisperMessageKeys"));
  use(out);
}
void cbc(const Keys& keys) {
  const auto key = base::fixed<32>(base::View(keys.message).first(32)).value();
  use(crypto::aes256_cbc_encrypt(key, base::Bytes<16>{}, base::Blob(text_size)));
}
void kyber_generate(const Keys&) { use(crypto::KyberKeyPair::generate(system_random())); }
void kyber_encapsulate(const Keys& keys) { CHECK(crypto::encapsulate(keys.kyber.public_key, system_random())); }
void kyber_decapsulate(const Keys& keys) { use(crypto::decapsulate(keys.kyber.secret_key, keys.ciphertext)); }

}  // namespace

std::vector<Row> primitive_rows() {
  return {
      {"x25519_keygen", make<generate>},
      {"x25519_agree", make<agree>},
      {"xeddsa_sign", make<sign>},
      {"xeddsa_verify", make<verify>},
      {"base_key_check", make<is_canonical>},
      {"hmac_sha256_32_bytes", make<hmac>},
      {"hkdf_sha256_80_bytes", make<hkdf>},
      {"aes256_cbc_encrypt_256_bytes", make<cbc>},
      {"kyber1024_keygen", make<kyber_generate>},
      {"kyber1024_encapsulate", make<kyber_encapsulate>},
      {"kyber1024_decapsulate", make<kyber_decapsulate>},
  };
}

}  // namespace sotto::bench

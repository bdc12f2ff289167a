#include "crypto/kyber1024.hpp"

#include <openssl/base.h>

#include "base/check.hpp"
#include "crypto/awslc/mlkem.h"
#include "crypto/hash.hpp"

namespace sotto::crypto {
namespace {

using Seed = base::Secret<struct KyberSeedTag, 64>;
using Message = base::Secret<struct KyberMessageTag, 32>;
using MlkemSecret = base::Secret<struct KyberMlkemSecretTag, 32>;

constexpr std::size_t raw_public_key = 1568, raw_ciphertext = 1568, raw_secret_key = 3168;
constexpr std::size_t public_half = 1536;  // of a raw secret key: after ŝ

base::View raw(base::View typed) { return typed.subspan(1); }

// What round 3 does to the secret and FIPS 203 does not: KDF(K̄ ‖ H(c)), §1.6
KyberSecret round_three(const MlkemSecret& secret, base::View ciphertext) {
  return KyberSecret::made_by([&](auto out) { shake256({secret.expose(), sha3_256({raw(ciphertext)})}, out); });
}

Result<base::View> typed(base::View bytes, std::size_t size, Error bad_type, Error bad_length) {
  if (bytes.empty()) return Error::no_key_type;
  if (bytes[0] != kyber1024::type) return bad_type;
  if (bytes.size() != size) return bad_length;
  return bytes;
}

}  // namespace

Result<KyberPublicKey> KyberPublicKey::parse(base::View bytes) {
  TRY(const base::View whole, typed(bytes, kyber1024::public_key_size, Error::bad_key_type, Error::bad_key_length));
  return KyberPublicKey(base::blob(whole));
}

Result<KyberCiphertext> KyberCiphertext::parse(base::View bytes) {
  TRY(const base::View whole,
      typed(bytes, kyber1024::ciphertext_size, Error::bad_ciphertext_type, Error::bad_ciphertext_length));
  return KyberCiphertext(base::blob(whole));
}

Result<KyberSecretKey> KyberSecretKey::parse(base::View bytes) {
  TRY(const base::View whole, typed(bytes, kyber1024::secret_key_size, Error::bad_key_type, Error::bad_key_length));
  return KyberSecretKey(Bytes(std::span<const std::uint8_t, kyber1024::secret_key_size>(whole)));
}

KyberPublicKey KyberSecretKey::public_key() const {
  const base::Bytes<1> type{kyber1024::type};
  auto key = KyberPublicKey::parse(base::concat({type, raw(expose()).subspan(public_half, raw_public_key)}));
  CHECK(key.has_value());
  return *std::move(key);
}

KyberKeyPair KyberKeyPair::generate(base::Random& random) {
  const auto seed = Seed::made_by([&](auto out) { random.fill(out); });
  base::Blob unused(raw_public_key);
  KyberSecretKey secret(KyberSecretKey::Bytes::made_by([&](std::span<std::uint8_t> out) {
    out[0] = kyber1024::type;
    std::size_t public_size = raw_public_key, secret_size = raw_secret_key;
    CHECK(ml_kem_1024_keypair_deterministic(unused.data(), &public_size, out.data() + 1, &secret_size,
                                            seed.expose().data()) == 0);
  }));
  KyberPublicKey open = secret.public_key();
  return {std::move(secret), std::move(open)};
}

Result<KyberEncapsulation> encapsulate(const KyberPublicKey& key, base::Random& random) {
  const auto drawn = Message::made_by([&](auto out) { random.fill(out); });
  const auto message = Message::made_by([&](auto out) { sha3_256_into(out, {drawn.expose()}); });  // round 3 does so

  base::Blob ciphertext(kyber1024::ciphertext_size);
  ciphertext[0] = kyber1024::type;
  bool is_refused = false;
  const auto secret = MlkemSecret::made_by([&](auto out) {
    std::size_t ciphertext_size = raw_ciphertext, secret_size = out.size();
    is_refused =
        ml_kem_1024_encapsulate_deterministic(ciphertext.data() + 1, &ciphertext_size, out.data(), &secret_size,
                                              raw(key.serialize()).data(), message.expose().data()) != 0;
  });
  if (is_refused) return Error::bad_key;

  KyberSecret shared = round_three(secret, ciphertext);
  TRY(KyberCiphertext sealed, KyberCiphertext::parse(ciphertext));
  return KyberEncapsulation{std::move(sealed), std::move(shared)};
}

Result<KyberSecret> decapsulate(const KyberSecretKey& key, const KyberCiphertext& ciphertext) {
  bool is_refused = false;
  const auto secret = MlkemSecret::made_by([&](auto out) {
    std::size_t size = out.size();
    is_refused =
        ml_kem_1024_decapsulate(out.data(), &size, raw(ciphertext.serialize()).data(), raw(key.expose()).data()) != 0;
  });
  if (is_refused) return Error::bad_key;
  return round_three(secret, ciphertext.serialize());
}

}  // namespace sotto::crypto

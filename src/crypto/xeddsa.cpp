#include "crypto/xeddsa.hpp"

#include <openssl/curve25519.h>
#include <openssl/mem.h>

#include "crypto/awslc/edwards25519.h"
#include "crypto/hash.hpp"

namespace sotto::crypto {
namespace {

using Scalar = base::Secret<struct ScalarTag, 32>;
using Nonce = base::Secret<struct NonceTag, 64>;

Scalar reduce(base::View wide) {
  return Scalar::made_by([&](auto out) { sotto_scalar25519_reduce(out.data(), wide.data()); });
}

Scalar private_scalar(const PrivateKey& key) {
  const auto wide = Nonce::made_by([&](auto out) { std::ranges::copy(key.expose(), out.begin()); });
  return reduce(wide.expose());
}

base::Bytes<32> encoded_multiple_of_base(const Scalar& scalar) {
  base::Bytes<32> encoded;
  sotto_edwards25519_base(encoded.data(), scalar.expose().data());
  return encoded;
}

// r = SHA512(0xFE ‖ 0xFF × 31 ‖ k ‖ M ‖ Z) mod ℓ
Scalar nonce_scalar(const PrivateKey& key, base::View message, base::Random& random) {
  base::Bytes<32> label;
  label.fill(0xff);
  label[0] = 0xfe;
  const auto z = Nonce::made_by([&](auto out) { random.fill(out); });
  base::Bytes<64> wide = sha512({label, key.expose(), message, z.expose()});
  Scalar r = reduce(wide);
  OPENSSL_cleanse(wide.data(), wide.size());
  return r;
}

// The nonce holds 64 fresh random bytes, so that even a wrong public_key never meets the same r twice.
Signature sign_as(const Scalar& a, const base::Bytes<32>& public_key, const PrivateKey& key, base::View message,
                  base::Random& random) {
  const Scalar r = nonce_scalar(key, message, random);
  const base::Bytes<32> commitment = encoded_multiple_of_base(r);
  const Scalar h = reduce(sha512({commitment, public_key, message}));

  Signature signature;
  std::ranges::copy(commitment, signature.begin());
  sotto_scalar25519_muladd(signature.data() + 32, h.expose().data(), a.expose().data(), r.expose().data());
  signature[63] = static_cast<std::uint8_t>((signature[63] & 0x7f) | (public_key[31] & 0x80));
  return signature;
}

}  // namespace

SigningKey::SigningKey(PrivateKey key)
    : key_(std::move(key)), edwards_(encoded_multiple_of_base(private_scalar(key_))) {}

Signature sign(const PrivateKey& key, base::View message, base::Random& random) {
  const Scalar a = private_scalar(key);
  return sign_as(a, encoded_multiple_of_base(a), key, message, random);
}

Signature sign(const SigningKey& key, base::View message, base::Random& random) {
  return sign_as(private_scalar(key.private_key()), key.edwards(), key.private_key(), message, random);
}

bool verify(const PublicKey& key, base::View message, base::View signature) {
  if (signature.size() != 64) return false;
  const auto sign_bit = static_cast<std::uint8_t>(signature[63] & 0x80);
  base::Bytes<64> wide{};  // s, for the reduction
  std::ranges::copy(signature.subspan(32), wide.begin());
  wide[31] &= 0x7f;
  if ((wide[31] & 0xe0) != 0) return false;

  base::Bytes<32> public_key;
  if (sotto_edwards25519_y(public_key.data(), key.u().data()) != 1) return false;
  public_key[31] = static_cast<std::uint8_t>(public_key[31] | sign_bit);

  // Peers accept s in [ℓ, 2^253), Ed25519 does not; s mod ℓ is the same scalar.
  Signature standard;
  std::ranges::copy(signature.first(32), standard.begin());
  sotto_scalar25519_reduce(standard.data() + 32, wide.data());
  return ED25519_verify(message.data(), message.size(), standard.data(), public_key.data()) == 1;
}

}  // namespace sotto::crypto

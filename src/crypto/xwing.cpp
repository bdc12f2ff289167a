#include "crypto/xwing.hpp"

#include <openssl/curve25519.h>

#include "base/check.hpp"
#include "crypto/hash.hpp"
#include "crypto/mlkem768.hpp"

namespace sotto::crypto::xwing {
namespace {

using X25519Scalar = base::Secret<struct XWingScalarTag, 32>;
using X25519Secret = base::Secret<struct XWingX25519SecretTag, 32>;
using Expanded = base::Secret<struct XWingExpandedTag, 96>;

struct PrivateKey {
  mlkem768::KeyPair mlkem;
  X25519Scalar scalar;
  base::Bytes<32> x25519_public;
};

base::Bytes<32> multiple_of_base(const X25519Scalar& scalar) {
  base::Bytes<32> u;
  X25519_public_from_private(u.data(), scalar.expose().data());
  return u;
}

// No check for zero: the combiner stays sound without it, and the draft has none.
X25519Secret x25519(const X25519Scalar& scalar, base::View u) {
  return X25519Secret::made_by([&](auto out) { X25519(out.data(), scalar.expose().data(), u.data()); });
}

PrivateKey expand(const Seed& seed) {
  const auto expanded = Expanded::made_by([&](auto out) { shake256({seed.expose()}, out); });
  const mlkem768::Seed mlkem_seed(expanded.expose().first<64>());
  X25519Scalar scalar(expanded.expose().last<32>());
  const base::Bytes<32> open = multiple_of_base(scalar);
  return {mlkem768::from_seed(mlkem_seed), std::move(scalar), open};
}

SharedSecret combine(base::View mlkem_secret, base::View x25519_secret, base::View x25519_ciphertext,
                     base::View x25519_public) {
  const base::View label = base::view("\\.//^\\");
  return SharedSecret::made_by(
      [&](auto out) { sha3_256_into(out, {mlkem_secret, x25519_secret, x25519_ciphertext, x25519_public, label}); });
}

template <std::size_t N>
base::Bytes<N> joined(base::View first, base::View second) {
  base::Bytes<N> whole;
  std::ranges::copy(second, std::ranges::copy(first, whole.begin()).out);
  return whole;
}

}  // namespace

PublicKey public_key(const Seed& seed) {
  const PrivateKey key = expand(seed);
  return joined<1216>(key.mlkem.public_key, key.x25519_public);
}

Result<Encapsulation> encapsulate(const PublicKey& key, base::Random& random) {
  const base::View whole(key);
  const auto x25519_public = whole.last(32);
  TRY(const mlkem768::Encapsulation mlkem, mlkem768::encapsulate(*base::fixed<1184>(whole.first(1184)), random));
  const auto ephemeral = X25519Scalar::made_by([&](auto out) { random.fill(out); });
  const base::Bytes<32> x25519_ciphertext = multiple_of_base(ephemeral);
  const X25519Secret agreed = x25519(ephemeral, x25519_public);
  return Encapsulation{joined<1120>(mlkem.ciphertext, x25519_ciphertext),
                       combine(mlkem.secret.expose(), agreed.expose(), x25519_ciphertext, x25519_public)};
}

SharedSecret decapsulate(const Seed& seed, const Ciphertext& ciphertext) {
  const base::View whole(ciphertext);
  const auto x25519_ciphertext = whole.last(32);
  const PrivateKey key = expand(seed);
  const auto mlkem = mlkem768::decapsulate(key.mlkem.secret_key, *base::fixed<1088>(whole.first(1088)));
  CHECK(mlkem.has_value());  // the key was made from its seed a moment ago
  const X25519Secret agreed = x25519(key.scalar, x25519_ciphertext);
  return combine(mlkem->expose(), agreed.expose(), x25519_ciphertext, key.x25519_public);
}

}  // namespace sotto::crypto::xwing

#include "crypto/curve25519.hpp"

#include <openssl/curve25519.h>

#include "crypto/awslc/edwards25519.h"
#include "crypto/equal.hpp"

namespace sotto::crypto {
namespace {

// RFC 7748, section 5
void clamp(std::span<std::uint8_t, 32> scalar) {
  scalar[0] &= 0xf8;
  scalar[31] &= 0x7f;
  scalar[31] |= 0x40;
}

bool is_below_p(const base::Bytes<32>& u) {  // p = 2^255 − 19
  if (u[31] != 0x7f) return u[31] < 0x7f;
  for (std::size_t i = 30; i > 0; --i) {
    if (u[i] != 0xff) return true;
  }
  return u[0] < 0xed;
}

}  // namespace

Result<PublicKey> PublicKey::parse(base::View bytes) {
  if (bytes.empty()) return Error::no_key_type;
  if (bytes[0] != type) return Error::bad_key_type;
  if (bytes.size() < size) return Error::bad_key_length;
  return PublicKey(*base::fixed<32>(bytes.subspan(1, 32)));
}

base::Bytes<33> PublicKey::serialize() const {
  base::Bytes<33> bytes;
  bytes[0] = type;
  std::ranges::copy(u_, bytes.begin() + 1);
  return bytes;
}

PrivateKey::PrivateKey(std::span<const std::uint8_t, 32> bytes)
    : bytes_(Bytes::made_by([&](std::span<std::uint8_t, 32> out) {
        std::ranges::copy(bytes, out.begin());
        clamp(out);
      })) {}

Result<PrivateKey> PrivateKey::parse(base::View bytes) {
  if (bytes.size() != size) return Error::bad_key_length;
  return PrivateKey(std::span<const std::uint8_t, 32>(bytes));
}

PrivateKey PrivateKey::generate(base::Random& random) {
  return PrivateKey(Bytes::made_by([&](std::span<std::uint8_t, 32> out) {
    random.fill(out);
    clamp(out);
  }));
}

PublicKey PrivateKey::public_key() const {
  base::Bytes<32> u;
  X25519_public_from_private(u.data(), expose().data());
  return PublicKey(u);
}

Result<SharedSecret> agree(const PrivateKey& local, const PublicKey& remote) {
  auto secret = SharedSecret::made_by([&](std::span<std::uint8_t, 32> out) {
    X25519(out.data(), local.expose().data(), remote.u().data());  // its answer repeats the check below
  });
  constexpr base::Bytes<32> zero{};
  if (equal(secret.expose(), zero)) return Error::zero_agreement;
  return secret;
}

bool is_canonical(const PublicKey& key) {
  if (!is_below_p(key.u())) return false;
  base::Bytes<32> y;
  return sotto_edwards25519_y(y.data(), key.u().data()) == 1 && sotto_edwards25519_is_torsion_free(y.data()) == 1;
}

}  // namespace sotto::crypto

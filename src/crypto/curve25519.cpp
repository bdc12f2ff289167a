#include "crypto/curve25519.hpp"

#include <openssl/curve25519.h>

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

// The scalar s is a multiple of 8 and -1 modulo the order l of the base point, and is in X25519's clamped form. For a
// point P = Q + T, Q of order l and T of order 1, 2, 4 or 8, s·P is -Q, which has the u of Q; that is the u of P only
// if T is the identity. s·P = 0 for the points of small order, of the curve and of the twist, and it is ±P for no other
// point of the twist, since s is not ±1 modulo the twist's prime. What is left is u = 0, which is its own image.
bool is_canonical(const PublicKey& key) {
  static constexpr base::Bytes<32> s{0xa0, 0x23, 0xcd, 0xd0, 0x83, 0xef, 0x5b, 0xb8, 0x2f, 0x10, 0xd6,
                                     0x2e, 0x59, 0xe1, 0x5a, 0x68, 0,    0,    0,    0,    0,    0,
                                     0,    0,    0,    0,    0,    0,    0,    0,    0,    0x50};
  constexpr base::Bytes<32> zero{};
  if (!is_below_p(key.u()) || key.u() == zero) return false;
  base::Bytes<32> image;
  X25519(image.data(), s.data(), key.u().data());
  return image == key.u();
}

}  // namespace sotto::crypto

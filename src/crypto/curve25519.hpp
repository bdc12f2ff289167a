#pragma once
#include "base/random.hpp"
#include "base/secret.hpp"
#include "crypto/error.hpp"

namespace sotto::crypto {

/// A Curve25519 public key: 0x05 and the 32 bytes of u. Two keys are equal if their bytes are, without reduction.
class PublicKey {
 public:
  static constexpr std::size_t size = 33;
  static constexpr std::uint8_t type = 0x05;

  /// Reads at least 33 bytes and drops the rest, as every peer does; any u is accepted (signal-protocol.md §1.1).
  ///
  /// errors  no_key_type, bad_key_type, bad_key_length
  static Result<PublicKey> parse(base::View bytes);
  explicit PublicKey(const base::Bytes<32>& u) : u_(u) {}

  base::Bytes<33> serialize() const;
  const base::Bytes<32>& u() const { return u_; }
  friend auto operator<=>(const PublicKey&, const PublicKey&) = default;

 private:
  base::Bytes<32> u_;
};

/// A clamped Curve25519 private key. Copied by name only, never printed.
class PrivateKey {
 public:
  static constexpr std::size_t size = 32;

  explicit PrivateKey(std::span<const std::uint8_t, 32> bytes);  // clamps
  /// errors  bad_key_length  any other length than 32
  static Result<PrivateKey> parse(base::View bytes);
  static PrivateKey generate(base::Random& random);

  PrivateKey clone() const { return PrivateKey(expose()); }
  std::span<const std::uint8_t, 32> expose() const { return bytes_.expose(); }
  PublicKey public_key() const;

 private:
  using Bytes = base::Secret<struct PrivateKeyTag, 32>;
  explicit PrivateKey(Bytes bytes) : bytes_(std::move(bytes)) {}
  Bytes bytes_;
};

struct KeyPair {
  PrivateKey private_key;
  PublicKey public_key;

  explicit KeyPair(PrivateKey from) : private_key(std::move(from)), public_key(private_key.public_key()) {}
  /// Both halves as stored before; the caller vouches that they belong together.
  KeyPair(PrivateKey secret, const PublicKey& open) : private_key(std::move(secret)), public_key(open) {}
  static KeyPair generate(base::Random& random) { return KeyPair(PrivateKey::generate(random)); }
  KeyPair clone() const { return KeyPair(private_key.clone(), public_key); }
};

using SharedSecret = base::Secret<struct SharedSecretTag, 32>;

/// X25519 (RFC 7748).
///
/// errors  zero_agreement  the result is 32 zero bytes: a key of small order (§1.3)
Result<SharedSecret> agree(const PrivateKey& local, const PublicKey& remote);

/// Whether the key is written canonically, lies on the curve and not on its twist, and has no torsion component (§1.4).
/// Variable time.
bool is_canonical(const PublicKey& key);

}  // namespace sotto::crypto

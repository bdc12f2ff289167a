#pragma once
#include "base/random.hpp"
#include "base/secret.hpp"
#include "crypto/error.hpp"

namespace sotto::crypto {

/// Kyber1024, round 3: not ML-KEM. Every object starts with the type byte 0x08 (signal-protocol.md §1.6).
namespace kyber1024 {
constexpr std::uint8_t type = 0x08;
constexpr std::size_t public_key_size = 1569, secret_key_size = 3169, ciphertext_size = 1569;  // with the type byte
}  // namespace kyber1024

class KyberPublicKey {
 public:
  /// errors  no_key_type, bad_key_type, bad_key_length; coefficients are looked at by encapsulate only
  static Result<KyberPublicKey> parse(base::View bytes);
  const base::Blob& serialize() const { return bytes_; }
  friend bool operator==(const KyberPublicKey&, const KyberPublicKey&) = default;

 private:
  explicit KyberPublicKey(base::Blob bytes) : bytes_(std::move(bytes)) {}
  base::Blob bytes_;
};

class KyberCiphertext {
 public:
  /// errors  no_key_type, bad_ciphertext_type, bad_ciphertext_length
  static Result<KyberCiphertext> parse(base::View bytes);
  const base::Blob& serialize() const { return bytes_; }
  friend bool operator==(const KyberCiphertext&, const KyberCiphertext&) = default;

 private:
  explicit KyberCiphertext(base::Blob bytes) : bytes_(std::move(bytes)) {}
  base::Blob bytes_;
};

class KyberSecretKey {
 public:
  /// errors  no_key_type, bad_key_type, bad_key_length; whether it is damaged is found by decapsulate
  static Result<KyberSecretKey> parse(base::View bytes);
  KyberSecretKey clone() const { return KyberSecretKey(bytes_.clone()); }
  base::View expose() const { return bytes_.expose(); }
  KyberPublicKey public_key() const;

 private:
  friend struct KyberKeyPair;
  using Bytes = base::Secret<struct KyberSecretKeyTag, kyber1024::secret_key_size>;
  explicit KyberSecretKey(Bytes bytes) : bytes_(std::move(bytes)) {}
  Bytes bytes_;
};

struct KyberKeyPair {
  KyberSecretKey secret_key;
  KyberPublicKey public_key;
  static KyberKeyPair generate(base::Random& random);
  KyberKeyPair clone() const { return {secret_key.clone(), public_key}; }
};

using KyberSecret = base::Secret<struct KyberSharedSecretTag, 32>;

struct KyberEncapsulation {
  KyberCiphertext ciphertext;
  KyberSecret secret;
};

/// errors  bad_key  coefficients of q or more; no honest key has them
Result<KyberEncapsulation> encapsulate(const KyberPublicKey& key, base::Random& random);

/// A ciphertext that was not made for this key gives a secret that nobody else has, not an error.
///
/// errors  bad_key  the public half inside the key does not belong to its hash: a damaged record (FIPS 203,
/// section 7.3)
Result<KyberSecret> decapsulate(const KyberSecretKey& key, const KyberCiphertext& ciphertext);

}  // namespace sotto::crypto

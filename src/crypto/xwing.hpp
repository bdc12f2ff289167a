#pragma once
#include "base/random.hpp"
#include "base/secret.hpp"
#include "crypto/error.hpp"

namespace sotto::crypto {

/// X-Wing: ML-KEM-768 and X25519 as one KEM (draft-connolly-cfrg-xwing-kem).
namespace xwing {

using PublicKey = base::Bytes<1216>;                 // ML-KEM-768, then X25519
using Ciphertext = base::Bytes<1120>;                // ML-KEM-768, then X25519
using Seed = base::Secret<struct XWingSeedTag, 32>;  // the whole private key
using SharedSecret = base::Secret<struct XWingSecretTag, 32>;

struct Encapsulation {
  Ciphertext ciphertext;
  SharedSecret secret;
};

PublicKey public_key(const Seed& seed);

/// Draws 64 bytes: 32 for ML-KEM-768, then 32 for X25519.
///
/// errors  bad_key  the ML-KEM-768 half fails the modulus check
Result<Encapsulation> encapsulate(const PublicKey& key, base::Random& random);

/// A ciphertext made for another key gives a secret that nobody else has, not an error.
SharedSecret decapsulate(const Seed& seed, const Ciphertext& ciphertext);

}  // namespace xwing
}  // namespace sotto::crypto

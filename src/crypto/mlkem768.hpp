#pragma once
#include "base/random.hpp"
#include "base/secret.hpp"
#include "crypto/error.hpp"

namespace sotto::crypto {

/// ML-KEM-768 (FIPS 203), bytes without a type.
namespace mlkem768 {

using PublicKey = base::Bytes<1184>;
using Ciphertext = base::Bytes<1088>;
using Seed = base::Secret<struct MlKem768SeedTag, 64>;              // d ‖ z
using SecretKey = base::Secret<struct MlKem768SecretKeyTag, 2400>;  // expanded
using SharedSecret = base::Secret<struct MlKem768SharedSecretTag, 32>;

struct KeyPair {
  SecretKey secret_key;
  PublicKey public_key;
};

struct Encapsulation {
  Ciphertext ciphertext;
  SharedSecret secret;
};

KeyPair from_seed(const Seed& seed);
KeyPair generate(base::Random& random);

/// errors  bad_key  fails the modulus check of FIPS 203, section 7.2
Result<Encapsulation> encapsulate(const PublicKey& key, base::Random& random);

/// errors  bad_key  the secret key's public half does not belong to its hash (FIPS 203, section 7.3)
Result<SharedSecret> decapsulate(const SecretKey& key, const Ciphertext& ciphertext);

}  // namespace mlkem768
}  // namespace sotto::crypto

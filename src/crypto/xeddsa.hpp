#pragma once
#include "crypto/curve25519.hpp"

namespace sotto::crypto {

using Signature = base::Bytes<64>;

/// XEdDSA as the Signal Protocol's peers make it: the top bit carries the sign of the Edwards key, the private scalar
/// is not negated (signal-protocol.md §1.5). Randomised.
Signature sign(const PrivateKey& key, base::View message, base::Random& random);

/// A key that signs often, beside the Edwards form of its public half, which makes up almost half of sign's time.
class SigningKey {
 public:
  explicit SigningKey(PrivateKey key);
  /// Both as stored before. The caller vouches that they belong together: the other form's signatures verify nowhere.
  SigningKey(PrivateKey key, const base::Bytes<32>& edwards) : key_(std::move(key)), edwards_(edwards) {}

  const PrivateKey& private_key() const { return key_; }
  const base::Bytes<32>& edwards() const { return edwards_; }
  SigningKey clone() const { return {key_.clone(), edwards_}; }

 private:
  PrivateKey key_;
  base::Bytes<32> edwards_;  // with its sign bit
};

/// The same signature as from the private key alone.
Signature sign(const SigningKey& key, base::View message, base::Random& random);

/// Whether `signature` (64 bytes, or it is false) of `message` was made with `key`. S up to 2^253 is accepted, so the
/// bytes of a signature are not unique. Variable time: everything here is public.
bool verify(const PublicKey& key, base::View message, base::View signature);

}  // namespace sotto::crypto

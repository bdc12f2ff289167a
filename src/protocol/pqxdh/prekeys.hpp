#pragma once
#include "base/id.hpp"
#include "crypto/kyber1024.hpp"
#include "crypto/xeddsa.hpp"
#include "protocol/error.hpp"

namespace sotto::protocol {

using PreKeyId = base::Id<struct PreKeyIdTag, std::uint32_t>;  // three spaces of ids, §2.1
using SignedPreKeyId = base::Id<struct SignedPreKeyIdTag, std::uint32_t>;
using KyberPreKeyId = base::Id<struct KyberPreKeyIdTag, std::uint32_t>;

// Each serializes to bytes for the store; parse gives invalid_session for anything else.

struct OneTimePreKey {
  PreKeyId id;
  crypto::KeyPair keys;

  static OneTimePreKey generate(PreKeyId id, base::Random& random);
  static Result<OneTimePreKey> parse(base::View bytes);
  base::SecretBlob serialize() const;
};

struct SignedPreKey {
  SignedPreKeyId id;
  crypto::KeyPair keys;
  crypto::Signature signature;  // by the identity key, over the 33-byte public key
  std::uint64_t created_ms = 0;

  static SignedPreKey generate(SignedPreKeyId id, const crypto::PrivateKey& identity, std::uint64_t created_ms,
                               base::Random& random);
  static Result<SignedPreKey> parse(base::View bytes);
  base::SecretBlob serialize() const;
};

/// One-time or last-resort: the protocol does not tell them apart, the store does.
struct KyberPreKey {
  KyberPreKeyId id;
  crypto::KyberKeyPair keys;
  crypto::Signature signature;  // by the identity key, over the 1569-byte public key
  std::uint64_t created_ms = 0;

  static KyberPreKey generate(KyberPreKeyId id, const crypto::PrivateKey& identity, std::uint64_t created_ms,
                              base::Random& random);
  static Result<KyberPreKey> parse(base::View bytes);
  base::SecretBlob serialize() const;
};

}  // namespace sotto::protocol

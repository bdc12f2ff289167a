#pragma once
#include <vector>

#include "protocol/pqxdh/prekeys.hpp"

namespace sotto::protocol {

/// How many one-time prekeys of each kind, and from which ids on. Ids run up by one.
struct PreKeyBatchRequest {
  std::uint32_t count = 100;
  PreKeyId first_one_time_id;
  KyberPreKeyId first_kyber_id;
  std::uint64_t created_ms;
};

/// One-time prekeys of both kinds, each as what is published and as what is kept.
struct PreKeyBatch {
  struct OneTime {
    PreKeyId id;
    crypto::PublicKey key;
    base::SecretBlob record;  // as OneTimePreKey serializes
  };
  struct Kyber {
    KyberPreKeyId id;
    crypto::KyberPublicKey key;
    crypto::Signature signature;
    base::SecretBlob record;  // as KyberPreKey serializes
  };
  std::vector<OneTime> one_time;
  std::vector<Kyber> kyber;
};

/// Makes, signs and serializes a batch in one pass. The records are to be kept before anything is published.
///
/// identity  this device's key, which signs the Kyber prekeys
/// cost      for each pair a Kyber key, a Curve25519 key and a signature
/// source    signal-protocol.md §2.1
PreKeyBatch make_prekey_batch(const PreKeyBatchRequest& request, const crypto::PrivateKey& identity,
                              base::Random& random);

}  // namespace sotto::protocol

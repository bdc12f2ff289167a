#pragma once
#include <set>

#include "crypto/xeddsa.hpp"

namespace sotto::relay {

/// Signatures that were found good before. The same certificate comes with every message of a device, and a signature
/// that was good once is good for ever; a bad one is never kept.
class GoodSignatures {
 public:
  /// Whether `signature` is `by`'s over `message`.
  bool verify(const crypto::PublicKey& by, base::View message, const crypto::Signature& signature);

 private:
  std::set<base::Bytes<32>> good_;  // SHA-256 of key, signature and message
};

}  // namespace sotto::relay

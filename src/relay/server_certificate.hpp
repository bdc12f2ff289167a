#pragma once
#include "base/random.hpp"
#include "base/result.hpp"
#include "crypto/curve25519.hpp"
#include "crypto/xeddsa.hpp"
#include "relay/error.hpp"

namespace sotto::relay {

/// Names a key that may issue sender certificates (signal-protocol.md, section 8.1). In Sotto the account key issues
/// one for each device: id is the device's number, key its identity key.
struct ServerCertificate {
  std::uint32_t id = 0;
  crypto::PublicKey key;
  base::Blob certificate;  // the bytes that were signed, never re-encoded
  crypto::Signature signature{};

  static ServerCertificate issue(std::uint32_t id, const crypto::PublicKey& key, const crypto::PrivateKey& issuer,
                                 base::Random& random);
  /// errors  invalid_protobuf  malformed, or a part is missing
  ///         invalid_key       the key is none
  static Result<ServerCertificate> parse(base::View bytes);
  base::Blob serialize() const;
  bool is_signed_by(const crypto::PublicKey& issuer) const { return crypto::verify(issuer, certificate, signature); }
};

}  // namespace sotto::relay

#pragma once
#include <string>

#include "relay/server_certificate.hpp"

namespace sotto::relay {

/// Says which device a sealed message comes from (signal-protocol.md section 8.1). Sotto's profile is fields 2 to 6:
/// the issuing server certificate is embedded, the account is its lower-case UUID, and there is no phone number.
struct SenderCertificate {
  std::string account;      // 36 characters
  std::uint8_t device = 0;  // 1…127
  std::uint64_t expires_ms = 0;
  crypto::PublicKey identity_key;
  ServerCertificate server;
  base::Blob certificate;  // the bytes that were signed, never re-encoded
  crypto::Signature signature{};

  struct Subject {
    std::string account;
    std::uint8_t device;
    crypto::PublicKey identity_key;
  };
  static SenderCertificate issue(const Subject& subject, std::uint64_t expires_ms, const ServerCertificate& server,
                                 const crypto::PrivateKey& server_key, base::Random& random);

  /// errors  invalid_protobuf  malformed, a part is missing, a device out of range, an account that is no UUID
  ///         invalid_key       a key is none
  ///         outside_profile   fields 1, 7 or 8
  static Result<SenderCertificate> parse(base::View bytes);
  base::Blob serialize() const;

  /// Whether one of the trust roots signed the server certificate and that one signed this. Says nothing about expiry.
  bool is_signed_under(std::span<const crypto::PublicKey> trust_roots) const;
  bool is_expired(std::uint64_t now_ms) const { return now_ms > expires_ms; }  // the last millisecond still counts
};

}  // namespace sotto::relay

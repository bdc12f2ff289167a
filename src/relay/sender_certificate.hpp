#pragma once
#include <optional>
#include <span>
#include <string>
#include <variant>

#include "relay/good_signatures.hpp"
#include "relay/server_certificate.hpp"

namespace sotto::relay {

/// Server certificates that a sender certificate may name by number instead of carrying them (signal-protocol.md §8.1).
/// The caller's table, found by the id inside each; nobody but the official service has one.
using KnownServers = std::span<const ServerCertificate>;

constexpr std::uint32_t revoked_server_id = 0xDEADC357;  // §8.1: the test id; nothing that it signed counts

/// Says which device a sealed message comes from (§8.1).
struct SenderCertificate {
  std::string account;      // a UUID of 36 characters, as issued
  std::uint8_t device = 0;  // 1…127
  std::uint64_t expires_ms = 0;
  crypto::PublicKey identity_key;
  std::variant<ServerCertificate, std::uint32_t> signer;  // carried along, or the number of a known one
  std::optional<std::string> phone_number = std::nullopt;
  base::Blob certificate;  // the bytes that were signed, never re-encoded
  crypto::Signature signature{};

  struct Subject {
    std::string account;
    std::uint8_t device;
    crypto::PublicKey identity_key;
    std::optional<std::string> phone_number = std::nullopt;
  };
  static SenderCertificate issue(const Subject& subject, std::uint64_t expires_ms, const ServerCertificate& server,
                                 const crypto::PrivateKey& server_key, base::Random& random);

  /// errors  invalid_protobuf  malformed, a part is missing, a device out of range, an account that is no UUID
  ///         invalid_key       a key is none
  static Result<SenderCertificate> parse(base::View bytes);
  /// As Sotto's own devices write them: fields 2 to 6 only, so the server certificate is carried along and there is no
  /// phone number, and the account in lower case. A narrower rule on top of parse.
  ///
  /// errors  outside_profile, and those of parse
  static Result<SenderCertificate> parse_in_profile(base::View bytes);
  base::Blob serialize() const;

  /// The server certificate behind it; null if it names one that is not in the table.
  const ServerCertificate* server(KnownServers known) const;
  /// Whether one of the trust roots signed the server certificate and that one, not being revoked, signed this. Says
  /// nothing about expiry.
  ///
  /// good  spares the work for signatures that it knows; may be null
  bool is_signed_under(std::span<const crypto::PublicKey> trust_roots, KnownServers known = {},
                       GoodSignatures* good = nullptr) const;
  bool is_expired(std::uint64_t now_ms) const { return now_ms > expires_ms; }  // the last millisecond still counts
};

}  // namespace sotto::relay

#pragma once
#include <string>

#include "crypto/curve25519.hpp"
#include "protocol/error.hpp"

namespace sotto::protocol {

/// One end of a safety number: an identifier that the application agreed on, and a key. In Sotto: the account id's 16
/// raw bytes and the anchor root key.
struct Fingerprinted {
  base::View identifier;
  crypto::PublicKey key;
};

/// What two people compare (§6): the same 60 digits at both ends, and bytes for a QR code.
struct Fingerprint {
  std::uint32_t version;
  base::Bytes<64> local;
  base::Bytes<64> remote;

  static constexpr std::uint32_t usual_version = 2, usual_iterations = 5'200;

  /// errors  invalid_fingerprint  iterations not in 2 … 1,000,000
  /// cost    2 × iterations SHA-512
  static Result<Fingerprint> compute(const Fingerprinted& local, const Fingerprinted& remote,
                                     std::uint32_t version = usual_version,
                                     std::uint32_t iterations = usual_iterations);

  std::string digits() const;    // 60
  base::Blob scannable() const;  // of this end
};

/// The 30 digits of one end (§6.2).
std::string fingerprint_digits(const base::Bytes<64>& fingerprint);

/// Whether the bytes scanned from the other end's screen are the mirror image of `ours`.
///
/// errors  invalid_fingerprint  either is no fingerprint
///         fingerprint_version  made by different rules
Result<bool> matches_scanned(base::View ours, base::View theirs);

}  // namespace sotto::protocol

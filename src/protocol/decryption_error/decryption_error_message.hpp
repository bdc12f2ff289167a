#pragma once
#include <optional>

#include "crypto/curve25519.hpp"
#include "protocol/content_type.hpp"

namespace sotto::protocol {

/// Tells the sender of a message that it could not be decrypted (signal-protocol.md §9.1). It travels as plaintext
/// content, so nothing in it is proof of anything.
struct DecryptionErrorMessage {
  std::optional<crypto::PublicKey> ratchet_key;  // of the failed message; none for a sender-key message
  std::uint64_t timestamp_ms = 0;                // when that was sent
  std::uint32_t device_id = 0;                   // of its sender; as it came, so not always 1…127

  /// About a message that failed.
  ///
  /// original  its bytes, as it was handed to decryption
  /// errors    invalid_message  plaintext content, which has nothing to decrypt; bytes that are no message of that type
  static Result<DecryptionErrorMessage> about(ContentType type, base::View original, std::uint64_t timestamp_ms,
                                              std::uint32_t device_id);

  base::Blob serialize() const;
  /// errors  invalid_message  no protobuf, no timestamp
  ///         invalid_key      a ratchet key that is none
  static Result<DecryptionErrorMessage> parse(base::View bytes);
};

}  // namespace sotto::protocol

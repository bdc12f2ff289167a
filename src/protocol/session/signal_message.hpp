#pragma once
#include <optional>

#include "protocol/address.hpp"
#include "protocol/ratchet/keys.hpp"
#include "protocol/session/version.hpp"

namespace sotto::protocol {

/// A message of a session (§4.4): type 2, or the inside of a prekey message. What was parsed looks into the bytes it
/// was parsed from, and lives no longer than they do.
struct SignalMessage {
  std::uint8_t version = session_version;
  crypto::PublicKey ratchet_key;
  std::uint32_t counter = 0;
  std::uint32_t previous_counter = 0;
  base::View ciphertext;
  base::View pq_ratchet;                // empty when absent
  std::optional<base::View> addresses;  // as sent: 36 bytes if they are right
  base::View serialized;                // with version byte and MAC; what the MAC covers is never re-encoded

  struct Content {
    const crypto::PublicKey& ratchet_key;
    std::uint32_t counter;
    std::uint32_t previous_counter;
    base::View ciphertext;
    base::View pq_ratchet;
    const std::optional<base::Bytes<36>>& addresses;
  };
  struct Ends {
    const crypto::PublicKey& sender;
    const crypto::PublicKey& receiver;
  };
  /// The message with its MAC, ready to leave.
  static base::Blob write(const Content& content, const MacKey& key, const Ends& ends);

  /// errors  invalid_message  shorter than 9 bytes, a version before 3 or after 4, no protobuf, a field missing
  ///         invalid_key      a ratchet key that is none
  static Result<SignalMessage> parse(base::View bytes);
  static Result<SignalMessage> parse(base::Blob&& temporary) = delete;

  /// Whether the last eight bytes are the MAC of the rest, for these two identity keys; in constant time.
  bool is_authentic(const MacKey& key, const Ends& ends) const;
};

}  // namespace sotto::protocol

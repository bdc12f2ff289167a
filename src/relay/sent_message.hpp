#pragma once
#include <vector>

#include "base/bytes.hpp"
#include "relay/error.hpp"

namespace sotto::relay {

/// What one upload of sealed sender version 2 holds for all its recipients: the sent form (signal-protocol.md §8.5).
/// The server reads it to check devices and registration ids, and splits it into what each recipient receives. Nothing
/// in it can be decrypted here.
struct SentMessage {
  static constexpr std::size_t head_size = 1 + 48;  // of head_for

  struct Device {
    std::uint8_t device;            // 1…127
    std::uint16_t registration_id;  // 0…0x3FFF
    friend bool operator==(const Device&, const Device&) = default;
  };
  struct Recipient {
    base::Bytes<17> service_id;   // fixed-width form: kind, UUID
    std::vector<Device> devices;  // none: named as excluded, and receives nothing
    base::Bytes<48> key_and_tag;  // C ‖ AT; zeros if excluded
    bool is_excluded() const { return devices.empty(); }
  };
  std::vector<Recipient> recipients;  // in the order of their first entries
  std::size_t entries = 0;            // as written; more than recipients if a service id is repeated
  base::Blob shared;                  // E ‖ ciphertext ‖ tag, the same for all

  /// Whether entries were merged. Legal by the protocol document; whoever counts entries, as permits do, refuses it.
  bool has_repeated_recipients() const { return entries != recipients.size(); }

  /// Reads both versions. A repeated service id adds its devices to the first entry, whose C and AT are used.
  ///
  /// errors  invalid_protobuf  another version than 0x22 or 0x23, a count that is not minimal or more than there are,
  /// an
  ///                           unknown kind of service id, a device out of range, less than 32 bytes after the entries
  ///         excluded_twice    a repeated service id of which either entry is excluded
  /// cost    linear in the bytes, times the logarithm of the entries
  static Result<SentMessage> parse(base::View bytes);

  /// What goes into the mailboxes of one of the recipients: the received form. Not of an excluded one.
  base::Blob received_by(const Recipient& recipient) const;
  /// The part of it that is the recipient's alone: received_by is this and then `shared`.
  base::Blob head_for(const Recipient& recipient) const;
};

}  // namespace sotto::relay

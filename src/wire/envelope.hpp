#pragma once
#include "wire/ids.hpp"
#include "wire/strict.hpp"

namespace sotto::wire {

enum class EnvelopeKind : std::uint8_t { signal = 2, prekey = 3 };  // signal-protocol.md, section 0

constexpr std::size_t max_envelope = 3u << 19;  // bytes: a text of 1 MiB, padded, with room for a first message's keys

/// One encrypted message as the server holds it.
struct Envelope {
  EnvelopeKind kind;
  base::Blob message;

  base::Blob serialize() const {
    return StrictWriter().number(1, static_cast<std::uint8_t>(kind)).bytes(2, message).done();
  }
  static base::Result<Envelope, ParseError> parse(base::View bytes) {
    StrictReader read(bytes, max_envelope);
    const auto kind = static_cast<EnvelopeKind>(read.number(1, 2, 3));
    const base::View message = read.bytes(2, 1);
    TRY_VOID(read.finish());
    return Envelope{.kind = kind, .message = base::blob(message)};
  }
};

/// Which session an envelope is for, says its outside. Not who wrote it: that is the session's identity key on its
/// account's list (statements.md, "Until sealed sender is on the wire").
struct SenderHint {
  AccountId account;
  DeviceNumber device;
};

}  // namespace sotto::wire

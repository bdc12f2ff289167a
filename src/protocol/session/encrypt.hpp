#pragma once
#include "protocol/session/context.hpp"
#include "protocol/session/record.hpp"

namespace sotto::protocol {

enum class MessageType : std::uint8_t { signal = 2, prekey = 3 };  // §0, the API's numbers

struct Encrypted {
  Record record;  // to be kept before `message` leaves
  MessageType type;
  base::Blob message;
  crypto::PublicKey remote_identity;  // to be kept as the remote's identity (§10.2)
};

/// Encrypts with the current session. A retry sends the same bytes again; it never encrypts again.
///
/// plaintext  any bytes, also none; padding is the caller's
/// errors     no_session          no current session, or one that nobody acknowledged within 30 days
///            untrusted_identity  asked after the message is built; nothing is lost
/// source     §4.6
Result<Encrypted> encrypt(const Record& record, base::View plaintext, const Context& context);

}  // namespace sotto::protocol

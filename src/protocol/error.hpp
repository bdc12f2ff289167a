#pragma once
#include "base/result.hpp"
#include "crypto/error.hpp"
#include "relay/error.hpp"

namespace sotto::protocol {

/// The words of the conformance protocol (docs/spec/conformance.md).
enum class Error {
  duplicate_message,    // the key for this counter was used or dropped; says nothing about who sent it
  invalid_message,      // every other refusal of a message, and every parse error of one
  invalid_signature,    // a bundle's or a sender-key message's signature
  invalid_key,          // a key that is none, or an agreement of zero
  untrusted_identity,   // the trust rule said no
  no_session,           // no session, no current state, or one that nobody acknowledged in 30 days
  unknown_prekey,       // a prekey id that isn't there (any more)
  no_sender_key,        // no sender key of that chain
  invalid_certificate,  // a sender certificate that does not validate, or a signer that nobody knows by that number
  self_send,            // a sealed message of this very device
  invalid_session,      // stored bytes that are no record or prekey, or a record that can't do what is asked of it
  invalid_address,      // a device id out of range, a service id that is none
  invalid_fingerprint,  // an iteration count out of range, or scanned bytes that are no fingerprint
  fingerprint_version,  // the two safety numbers were made by different rules
};

template <class T>
using Result = base::Result<T, Error>;

/// What a broken key or agreement means when a session is set up. While a ratchet message is read, every error is
/// invalid_message instead.
Error from_crypto(crypto::Error error);

/// What a broken certificate means to who opens a message.
Error from_relay(relay::Error error);

}  // namespace sotto::protocol

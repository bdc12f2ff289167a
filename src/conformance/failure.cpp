#include "conformance/failure.hpp"

namespace sotto::conformance {

Failure invalid_request(std::string message) { return {"invalid_request", std::move(message)}; }

Failure failure(protocol::Error error) {
  using enum protocol::Error;
  switch (error) {
    case duplicate_message:
      return {"duplicate_message", "this message was decrypted before, or is older than what is kept"};
    case invalid_message:
      return {"invalid_message", "the message is malformed, not authentic, or out of reach"};
    case invalid_signature:
      return {"invalid_signature", "a signature does not verify"};
    case invalid_key:
      return {"invalid_key", "a key is none, or of small order"};
    case untrusted_identity:
      return {"untrusted_identity", "the peer's identity key is not the one seen before"};
    case no_session:
      return {"no_session", "there is no session with this peer that could do that"};
    case unknown_prekey:
      return {"unknown_prekey", "the message names a prekey that is not there (any more)"};
    case no_sender_key:
      return {"no_sender_key", "there is no sender key for this message"};
    case invalid_certificate:
      return {"invalid_certificate", "the sender certificate does not validate"};
    case self_send:
      return {"self_send", "the sealed message is this device's own"};
    case invalid_session:
      return {"invalid_session", "a stored record can't be used"};
    case invalid_address:
      return {"invalid_request", "no service id or device id"};
    case invalid_fingerprint:
      return {"invalid_request", "no fingerprint: the number of iterations is from 2 to 1,000,000"};
    case fingerprint_version:
      return {"invalid_request", "fingerprints of two versions"};
  }
  return {"invalid_request", "an unknown error"};
}

Failure failure(crypto::Error error) { return failure(protocol::from_crypto(error)); }

}  // namespace sotto::conformance

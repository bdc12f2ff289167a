#include "api/status.hpp"

#include "crypto/start.hpp"

#define SOTTO_TEXT_(number) #number
#define SOTTO_TEXT(number) SOTTO_TEXT_(number)

namespace sotto::api {

sotto_status status_of(protocol::Error error) {
  using protocol::Error;
  switch (error) {
    case Error::duplicate_message:
      return SOTTO_DUPLICATE_MESSAGE;
    case Error::invalid_message:
      return SOTTO_INVALID_MESSAGE;
    case Error::invalid_signature:
      return SOTTO_INVALID_SIGNATURE;
    case Error::invalid_key:
      return SOTTO_INVALID_KEY;
    case Error::untrusted_identity:
      return SOTTO_UNTRUSTED_IDENTITY;
    case Error::no_session:
      return SOTTO_NO_SESSION;
    case Error::unknown_prekey:
      return SOTTO_UNKNOWN_PREKEY;
    case Error::no_sender_key:
      return SOTTO_NO_SENDER_KEY;
    case Error::invalid_certificate:
      return SOTTO_INVALID_CERTIFICATE;
    case Error::self_send:
      return SOTTO_SELF_SEND;
    case Error::invalid_session:
      return SOTTO_INVALID_SESSION;
    case Error::invalid_address:
      return SOTTO_INVALID_ADDRESS;
    case Error::invalid_fingerprint:
      return SOTTO_INVALID_FINGERPRINT;
    case Error::fingerprint_version:
      return SOTTO_FINGERPRINT_VERSION;
  }
  const bool is_an_error_of_ours = false;
  CHECK(is_an_error_of_ours);
  return SOTTO_INVALID_MESSAGE;
}

}  // namespace sotto::api

const char* sotto_status_text(sotto_status status) noexcept {
  switch (status) {
    case SOTTO_OK:
      return "done";
    case SOTTO_DUPLICATE_MESSAGE:
      return "the message was decrypted before, or its key is gone";
    case SOTTO_INVALID_MESSAGE:
      return "the message is malformed, not authentic, or out of reach";
    case SOTTO_INVALID_SIGNATURE:
      return "the signature is not by the expected key";
    case SOTTO_INVALID_KEY:
      return "the key is none of its kind";
    case SOTTO_UNTRUSTED_IDENTITY:
      return "the identity key is not the known one";
    case SOTTO_NO_SESSION:
      return "there is no session that can do this";
    case SOTTO_UNKNOWN_PREKEY:
      return "the message names a prekey that was not given";
    case SOTTO_NO_SENDER_KEY:
      return "there is no sender key for this";
    case SOTTO_INVALID_CERTIFICATE:
      return "the certificate does not validate";
    case SOTTO_SELF_SEND:
      return "the sealed message was sent by this device";
    case SOTTO_INVALID_SESSION:
      return "the record is none, or can't do what is asked of it";
    case SOTTO_INVALID_ADDRESS:
      return "the address is none";
    case SOTTO_INVALID_FINGERPRINT:
      return "the safety number is none";
    case SOTTO_FINGERPRINT_VERSION:
      return "the safety numbers were made by different rules";
    case SOTTO_BUFFER_TOO_SMALL:
      return "the buffer is too small; its size says what is needed";
    case SOTTO_INVALID_ARGUMENT:
      return "an argument can't be what it is";
    case SOTTO_UNUSABLE_SYSTEM:
      return "the system gives no random numbers, or the crypto library does not work on it";
  }
  return "no status of this library";
}

const char* sotto_version() noexcept {
  return SOTTO_TEXT(SOTTO_PROTOCOL_VERSION_MAJOR) "." SOTTO_TEXT(SOTTO_PROTOCOL_VERSION_MINOR) "." SOTTO_TEXT(
      SOTTO_PROTOCOL_VERSION_PATCH);
}

sotto_status sotto_start() noexcept { return sotto::crypto::start() ? SOTTO_OK : SOTTO_UNUSABLE_SYSTEM; }

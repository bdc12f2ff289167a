#include "api/arguments.hpp"
#include "api/handles.hpp"
#include "api/outputs.hpp"
#include "protocol/decryption_error/plaintext_content.hpp"

using namespace sotto;
using namespace sotto::api;

namespace {

Result<protocol::ContentType> parse_decryptable(sotto_message_type type) {
  switch (type) {
    case SOTTO_MESSAGE_SIGNAL:
      return protocol::ContentType::signal;
    case SOTTO_MESSAGE_PREKEY:
      return protocol::ContentType::prekey;
    case SOTTO_MESSAGE_SENDER_KEY:
      return protocol::ContentType::sender_key;
    case SOTTO_MESSAGE_PLAINTEXT:
      break;
  }
  return SOTTO_INVALID_ARGUMENT;
}

}  // namespace

sotto_status sotto_decryption_error_make(sotto_message_type type, sotto_view original, uint64_t timestamp_ms,
                                         uint32_t device_id, sotto_buffer* plaintext_content) noexcept {
  if (!is_sound(plaintext_content)) return SOTTO_INVALID_ARGUMENT;
  TRY(const base::View bytes, parse(original));
  TRY(const protocol::ContentType content_type, parse_decryptable(type));
  TRY(const auto message,
      translated(protocol::DecryptionErrorMessage::about(content_type, bytes, timestamp_ms, device_id)));
  return write(protocol::PlaintextContent::carrying(message).serialize(), plaintext_content);
}

sotto_status sotto_decryption_error_read(sotto_view plaintext_content, sotto_decryption_error* error) noexcept {
  if (error == nullptr) return SOTTO_INVALID_ARGUMENT;
  TRY(const base::View bytes, parse(plaintext_content));
  TRY(const auto content, translated(protocol::PlaintextContent::parse(bytes)));
  TRY(const auto message, translated(content.decryption_error()));
  *error = {.has_ratchet_key = message.ratchet_key ? 1 : 0,
            .ratchet_key = {},
            .timestamp_ms = message.timestamp_ms,
            .device_id = message.device_id};
  if (message.ratchet_key) write(message.ratchet_key->serialize(), error->ratchet_key);
  return SOTTO_OK;
}

#include "api/arguments.hpp"
#include "api/handles.hpp"
#include "api/outputs.hpp"
#include "protocol/sender_key/decrypt.hpp"
#include "protocol/sender_key/distribute.hpp"
#include "protocol/sender_key/encrypt.hpp"

using namespace sotto;
using namespace sotto::api;

namespace {

protocol::SenderKeyRecord record_of(const sotto_sender_key* before) {
  return before == nullptr ? protocol::SenderKeyRecord() : before->record;
}

}  // namespace

sotto_status sotto_sender_key_parse(sotto_view bytes, sotto_sender_key** parsed) noexcept {
  if (parsed == nullptr) return SOTTO_INVALID_ARGUMENT;
  TRY(const base::View stored, parse(bytes));
  TRY(protocol::SenderKeyRecord record, translated(protocol::SenderKeyRecord::parse(stored)));
  *parsed = new sotto_sender_key{std::move(record)};
  return SOTTO_OK;
}

sotto_status sotto_sender_key_serialize(const sotto_sender_key* sender_key, sotto_buffer* bytes) noexcept {
  if (sender_key == nullptr || !is_sound(bytes)) return SOTTO_INVALID_ARGUMENT;
  return write(sender_key->record.serialize().expose(), bytes);
}

void sotto_sender_key_free(sotto_sender_key* sender_key) noexcept { delete sender_key; }

sotto_status sotto_sender_key_distribute(const sotto_sender_key* before, const uint8_t* distribution_id,
                                         const sotto_random* random, sotto_sender_key** after,
                                         sotto_buffer* message) noexcept {
  if (distribution_id == nullptr || !is_usable(random)) return SOTTO_INVALID_ARGUMENT;
  if (after == nullptr || !is_sound(message)) return SOTTO_INVALID_ARGUMENT;
  CallersRandom source(random);
  protocol::Distribution made =
      protocol::create_distribution(record_of(before), api::distribution_id(distribution_id), source);
  return write(made.message.serialize().expose(), message, std::move(made.record), after);
}

sotto_status sotto_distribution_message_id(sotto_view message, uint8_t* distribution_id) noexcept {
  if (distribution_id == nullptr) return SOTTO_INVALID_ARGUMENT;
  TRY(const base::View bytes, parse(message));
  TRY(const auto parsed, translated(protocol::SenderKeyDistributionMessage::parse(bytes)));
  write(parsed.distribution_id.uuid.bytes, distribution_id);
  return SOTTO_OK;
}

sotto_status sotto_sender_key_message_id(sotto_view message, uint8_t* distribution_id) noexcept {
  if (distribution_id == nullptr) return SOTTO_INVALID_ARGUMENT;
  TRY(const base::View bytes, parse(message));
  TRY(const auto parsed, translated(protocol::SenderKeyMessage::parse(bytes)));
  write(parsed.distribution_id.uuid.bytes, distribution_id);
  return SOTTO_OK;
}

sotto_status sotto_sender_key_accept(const sotto_sender_key* before, sotto_view distribution_message,
                                     sotto_sender_key** after) noexcept {
  if (after == nullptr) return SOTTO_INVALID_ARGUMENT;
  TRY(const base::View bytes, parse(distribution_message));
  TRY(const auto message, translated(protocol::SenderKeyDistributionMessage::parse(bytes)));
  *after = new sotto_sender_key{protocol::process_distribution(record_of(before), message)};
  return SOTTO_OK;
}

sotto_status sotto_sender_key_encrypt(const sotto_sender_key* before, const uint8_t* distribution_id,
                                      sotto_view plaintext, const sotto_random* random, sotto_sender_key** after,
                                      sotto_buffer* message) noexcept {
  if (distribution_id == nullptr || !is_usable(random)) return SOTTO_INVALID_ARGUMENT;
  if (after == nullptr || !is_sound(message)) return SOTTO_INVALID_ARGUMENT;
  TRY(const base::View text, parse(plaintext));
  CallersRandom source(random);
  TRY(protocol::SenderKeyEncrypted encrypted,
      translated(protocol::sender_key_encrypt(record_of(before), api::distribution_id(distribution_id), text, source)));
  return write(encrypted.message, message, std::move(encrypted.record), after);
}

sotto_status sotto_sender_key_decrypt(const sotto_sender_key* before, sotto_view message, sotto_sender_key** after,
                                      sotto_buffer* plaintext) noexcept {
  if (after == nullptr || !is_sound(plaintext)) return SOTTO_INVALID_ARGUMENT;
  TRY(const base::View bytes, parse(message));
  TRY(const auto parsed, translated(protocol::SenderKeyMessage::parse(bytes)));
  TRY(protocol::SenderKeyDecrypted decrypted, translated(protocol::sender_key_decrypt(record_of(before), parsed)));
  const base::SecretBlob text(std::move(decrypted.plaintext));
  return write(text.expose(), plaintext, std::move(decrypted.record), after);
}

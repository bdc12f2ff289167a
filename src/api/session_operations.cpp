#include "api/given_prekeys.hpp"
#include "api/handles.hpp"
#include "api/outputs.hpp"
#include "api/surroundings.hpp"
#include "protocol/content_type.hpp"
#include "protocol/session/decrypt.hpp"
#include "protocol/session/start.hpp"

using namespace sotto;
using namespace sotto::api;

namespace {

protocol::Record record_of(const sotto_session* before) {
  return before == nullptr ? protocol::Record() : before->record;
}

Result<protocol::PreKeyBundle::Kyber> parse_kyber(const sotto_prekey_bundle& bundle) {
  TRY(const base::View bytes, parse(bundle.kyber_prekey));
  if (bytes.size() != crypto::kyber1024::public_key_size) return SOTTO_INVALID_KEY;
  TRY(crypto::KyberPublicKey key, translated(crypto::KyberPublicKey::parse(bytes)));
  TRY(const base::View signature, parse(bundle.kyber_prekey_signature));
  return protocol::PreKeyBundle::Kyber{protocol::KyberPreKeyId(bundle.kyber_prekey_id), std::move(key),
                                       base::blob(signature)};
}

Result<protocol::PreKeyBundle> parse_bundle(const sotto_prekey_bundle& bundle) {
  TRY(const protocol::DeviceId device, translated(protocol::parse_device_id(bundle.device_id)));
  TRY(const crypto::PublicKey identity, parse_public_key(bundle.identity_key));
  TRY(const crypto::PublicKey signed_key, parse_public_key(bundle.signed_prekey));
  TRY(const base::View signature, parse(bundle.signed_prekey_signature));
  TRY(protocol::PreKeyBundle::Kyber kyber, parse_kyber(bundle));
  protocol::PreKeyBundle parsed{
      .registration_id = protocol::RegistrationId(bundle.registration_id),
      .device_id = device,
      .identity_key = identity,
      .signed_prekey = {protocol::SignedPreKeyId(bundle.signed_prekey_id), signed_key, base::blob(signature)},
      .kyber_prekey = std::move(kyber),
      .one_time_prekey = std::nullopt};
  if (bundle.one_time_prekey.size > 0) {
    TRY(const crypto::PublicKey one_time, parse_public_key(bundle.one_time_prekey));
    parsed.one_time_prekey = {protocol::PreKeyId(bundle.one_time_prekey_id), one_time};
  }
  return parsed;
}

sotto_status write(protocol::Decrypted decrypted, sotto_session** after, sotto_buffer* plaintext) {
  const base::SecretBlob text(std::move(decrypted.plaintext));  // only the caller's copy stays
  return api::write(text.expose(), plaintext, std::move(decrypted.record), after);
}

}  // namespace

sotto_status sotto_session_start(const sotto_session* before, const sotto_prekey_bundle* bundle,
                                 const sotto_context* context, sotto_session** after) noexcept {
  if (bundle == nullptr || after == nullptr) return SOTTO_INVALID_ARGUMENT;
  TRY(Surroundings around, Surroundings::parse(context));
  TRY(const protocol::PreKeyBundle parsed, parse_bundle(*bundle));
  TRY(protocol::Record record, translated(protocol::start_session(record_of(before), parsed, around.borrow())));
  *after = new sotto_session{std::move(record)};
  return SOTTO_OK;
}

sotto_status sotto_session_encrypt(const sotto_session* before, sotto_view plaintext, const sotto_context* context,
                                   sotto_session** after, sotto_message_type* type, sotto_buffer* message) noexcept {
  if (after == nullptr || type == nullptr || !is_sound(message)) return SOTTO_INVALID_ARGUMENT;
  TRY(const base::View text, parse(plaintext));
  TRY(Surroundings around, Surroundings::parse(context));
  TRY(protocol::Encrypted encrypted, translated(protocol::encrypt(record_of(before), text, around.borrow())));
  const sotto_status written = api::write(encrypted.message, message, std::move(encrypted.record), after);
  if (written == SOTTO_OK) {
    *type = encrypted.type == protocol::MessageType::prekey ? SOTTO_MESSAGE_PREKEY : SOTTO_MESSAGE_SIGNAL;
  }
  return written;
}

sotto_status sotto_session_decrypt(const sotto_session* before, sotto_view message, const sotto_context* context,
                                   sotto_session** after, sotto_buffer* plaintext) noexcept {
  if (after == nullptr || !is_sound(plaintext)) return SOTTO_INVALID_ARGUMENT;
  TRY(const base::View bytes, parse(message));
  TRY(Surroundings around, Surroundings::parse(context));
  TRY(protocol::Decrypted decrypted, translated(protocol::decrypt_signal(record_of(before), bytes, around.borrow())));
  return write(std::move(decrypted), after, plaintext);
}

sotto_status sotto_prekey_message_read(sotto_view message, sotto_prekey_names* names) noexcept {
  if (names == nullptr) return SOTTO_INVALID_ARGUMENT;
  TRY(const base::View bytes, parse(message));
  TRY(const auto parsed, translated(protocol::PreKeySignalMessage::parse(bytes)));
  if (!parsed.kyber_id) return SOTTO_INVALID_MESSAGE;  // X3DH is gone, §3.8
  *names = {.has_one_time_prekey = parsed.one_time_id ? 1 : 0,
            .one_time_prekey_id = parsed.one_time_id ? parsed.one_time_id->value : 0,
            .signed_prekey_id = parsed.signed_id.value,
            .kyber_prekey_id = parsed.kyber_id->value,
            .registration_id = parsed.registration_id.value,
            .identity_key = {},
            .base_key = {}};
  api::write(parsed.identity_key.serialize(), names->identity_key);
  api::write(parsed.base_key.serialize(), names->base_key);
  return SOTTO_OK;
}

sotto_status sotto_session_decrypt_prekey(const sotto_session* before, sotto_view message,
                                          const sotto_prekey_records* prekeys, const sotto_context* context,
                                          sotto_session** after, sotto_buffer* plaintext, int* began_session) noexcept {
  if (after == nullptr || !is_sound(plaintext) || began_session == nullptr) return SOTTO_INVALID_ARGUMENT;
  TRY(const base::View bytes, parse(message));
  TRY(const GivenPreKeys given, GivenPreKeys::parse(prekeys));
  TRY(Surroundings around, Surroundings::parse(context));
  TRY(protocol::Decrypted decrypted,
      translated(protocol::decrypt_prekey(record_of(before), bytes, given, around.borrow())));
  const int is_new = decrypted.used ? 1 : 0;
  const sotto_status written = write(std::move(decrypted), after, plaintext);
  if (written == SOTTO_OK) *began_session = is_new;
  return written;
}

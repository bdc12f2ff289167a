#include "protocol/decryption_error/decryption_error_message.hpp"

#include "protocol/session/prekey_message.hpp"
#include "relay/protobuf.hpp"

namespace sotto::protocol {
namespace {

Result<std::optional<crypto::PublicKey>> ratchet_key_of(ContentType type, base::View original) {
  switch (type) {
    case ContentType::signal: {
      TRY(const SignalMessage message, SignalMessage::parse(original));
      return std::optional(message.ratchet_key);
    }
    case ContentType::prekey: {
      TRY(const PreKeySignalMessage message, PreKeySignalMessage::parse(original));
      return std::optional(message.message.ratchet_key);
    }
    case ContentType::sender_key:
      return std::optional<crypto::PublicKey>();
    case ContentType::plaintext:
      return Error::invalid_message;
  }
  return Error::invalid_message;
}

}  // namespace

Result<DecryptionErrorMessage> DecryptionErrorMessage::about(ContentType type, base::View original,
                                                             std::uint64_t timestamp_ms, std::uint32_t device_id) {
  TRY(const auto ratchet_key, ratchet_key_of(type, original));
  return DecryptionErrorMessage{ratchet_key, timestamp_ms, device_id};
}

base::Blob DecryptionErrorMessage::serialize() const {
  base::Blob bytes;
  relay::FieldWriter write(bytes);
  if (ratchet_key) write.bytes(1, ratchet_key->serialize());
  write.uint64(2, timestamp_ms);
  write.uint64(3, device_id);
  return bytes;
}

Result<DecryptionErrorMessage> DecryptionErrorMessage::parse(base::View bytes) {
  std::optional<base::View> ratchet_key;
  std::optional<std::uint64_t> timestamp_ms;
  std::uint32_t device_id = 0;
  const bool is_sound = relay::read_fields(bytes, [&](relay::Field& field) {
    switch (field.number()) {
      case 1:
        ratchet_key = field.bytes();
        break;
      case 2:
        timestamp_ms = field.uint64();
        break;
      case 3:
        device_id = field.uint32();
        break;
      default:
        field.skip();
    }
  });
  if (!is_sound || !timestamp_ms) return Error::invalid_message;
  DecryptionErrorMessage message{std::nullopt, *timestamp_ms, device_id};
  if (ratchet_key) {
    const auto key = crypto::PublicKey::parse(*ratchet_key);
    if (!key) return from_crypto(key.error());
    message.ratchet_key = *key;
  }
  return message;
}

}  // namespace sotto::protocol

#include "protocol/session/prekey_message.hpp"

#include "relay/protobuf.hpp"

namespace sotto::protocol {
namespace {

struct Fields {
  std::optional<std::uint32_t> one_time_id, signed_id, kyber_id;
  std::optional<base::View> base_key, identity_key, message, kyber_ciphertext;
  std::uint32_t registration_id = 0;
};

Result<Fields> read(base::View bytes) {
  Fields fields;
  const bool is_sound = relay::read_fields(bytes, [&](relay::Field& field) {
    switch (field.number()) {
      case 1:
        fields.one_time_id = field.uint32();
        break;
      case 2:
        fields.base_key = field.bytes();
        break;
      case 3:
        fields.identity_key = field.bytes();
        break;
      case 4:
        fields.message = field.bytes();
        break;
      case 5:
        fields.registration_id = field.uint32();
        break;
      case 6:
        fields.signed_id = field.uint32();
        break;
      case 7:
        fields.kyber_id = field.uint32();
        break;
      case 8:
        fields.kyber_ciphertext = field.bytes();
        break;
      default:
        field.skip();
    }
  });
  if (!is_sound || !fields.base_key || !fields.identity_key || !fields.message || !fields.signed_id) {
    return Error::invalid_message;
  }
  return fields;
}

}  // namespace

base::Blob PreKeySignalMessage::write(const Content& content) {
  base::Blob bytes;
  bytes.reserve(content.message.size() + crypto::kyber1024::ciphertext_size + 128);
  bytes.push_back(version_byte(session_version));
  relay::FieldWriter write(bytes);
  if (content.one_time_id) write.uint64(1, content.one_time_id->value);
  write.bytes(2, content.base_key.serialize());
  write.bytes(3, content.identity_key.serialize());
  write.bytes(4, content.message);
  write.uint64(5, content.registration_id.value);
  write.uint64(6, content.signed_id.value);
  write.uint64(7, content.kyber_id.value);
  write.bytes(8, content.kyber_ciphertext.serialize());
  return bytes;
}

Result<PreKeySignalMessage> PreKeySignalMessage::parse(base::View bytes) {
  if (bytes.empty()) return Error::invalid_message;
  TRY(const std::uint8_t version, parse_version(bytes[0]));
  TRY(const Fields fields, read(bytes.subspan(1)));

  const auto base_key = crypto::PublicKey::parse(*fields.base_key);
  const auto identity_key = crypto::PublicKey::parse(*fields.identity_key);
  if (!base_key || !identity_key) return Error::invalid_key;
  const bool has_kyber = fields.kyber_id && fields.kyber_ciphertext;
  if (fields.kyber_id.has_value() != fields.kyber_ciphertext.has_value()) return Error::invalid_message;
  if (version == session_version && !has_kyber) return Error::invalid_message;
  TRY(const SignalMessage inside, SignalMessage::parse(*fields.message));

  PreKeySignalMessage message{.version = version,
                              .one_time_id = std::nullopt,
                              .signed_id = SignedPreKeyId(*fields.signed_id),
                              .kyber_id = std::nullopt,
                              .kyber_ciphertext = std::nullopt,
                              .base_key = *base_key,
                              .identity_key = *identity_key,
                              .registration_id = RegistrationId(fields.registration_id),
                              .message = inside};
  if (fields.one_time_id) message.one_time_id = PreKeyId(*fields.one_time_id);
  if (has_kyber) {
    message.kyber_id = KyberPreKeyId(*fields.kyber_id);
    message.kyber_ciphertext = base::blob(*fields.kyber_ciphertext);
  }
  return message;
}

}  // namespace sotto::protocol

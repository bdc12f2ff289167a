#include "protocol/sender_key/message.hpp"

#include <optional>

#include "protocol/sender_key/version.hpp"
#include "relay/protobuf.hpp"

namespace sotto::protocol {
namespace {

constexpr std::size_t signature_size = 64, min_size = 1 + signature_size;  // §7.3

struct Fields {
  base::View distribution_id;
  std::optional<std::uint32_t> chain_id, iteration;
  std::optional<base::View> ciphertext;
};

Result<Fields> read(base::View bytes) {
  Fields fields;
  const bool is_sound = relay::read_fields(bytes, [&](relay::Field& field) {
    switch (field.number()) {
      case 1:
        fields.distribution_id = field.bytes();
        break;
      case 2:
        fields.chain_id = field.uint32();
        break;
      case 3:
        fields.iteration = field.uint32();
        break;
      case 4:
        fields.ciphertext = field.bytes();
        break;
      default:
        field.skip();
    }
  });
  if (!is_sound || !fields.chain_id || !fields.iteration || !fields.ciphertext) return Error::invalid_message;
  return fields;
}

}  // namespace

base::Blob SenderKeyMessage::write(const Content& content, const crypto::SigningKey& key, base::Random& random) {
  base::Blob bytes;
  bytes.reserve(content.ciphertext.size() + 128);
  bytes.push_back(sender_key_version_byte);
  relay::FieldWriter write(bytes);
  write.bytes(1, content.distribution_id.uuid.bytes);
  write.uint64(2, content.chain_id.value);
  write.uint64(3, content.iteration);
  write.bytes(4, content.ciphertext);
  const crypto::Signature signature = crypto::sign(key, bytes, random);
  bytes.insert(bytes.end(), signature.begin(), signature.end());
  return bytes;
}

Result<SenderKeyMessage> SenderKeyMessage::parse(base::View bytes) {
  if (bytes.size() < min_size || !is_sender_key_version(bytes[0])) return Error::invalid_message;
  TRY(const Fields fields, read(bytes.subspan(1, bytes.size() - min_size)));
  const auto uuid = base::fixed<16>(fields.distribution_id);
  if (!uuid) return Error::invalid_message;
  return SenderKeyMessage{.distribution_id = {{*uuid}},
                          .chain_id = ChainId(*fields.chain_id),
                          .iteration = *fields.iteration,
                          .ciphertext = base::blob(*fields.ciphertext),
                          .serialized = base::blob(bytes)};
}

bool SenderKeyMessage::is_signed_by(const crypto::PublicKey& key) const {
  const base::View whole(serialized);
  return crypto::verify(key, whole.first(whole.size() - signature_size), whole.last(signature_size));
}

}  // namespace sotto::protocol

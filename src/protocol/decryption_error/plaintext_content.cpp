#include "protocol/decryption_error/plaintext_content.hpp"

#include "relay/protobuf.hpp"

namespace sotto::protocol {
namespace {

constexpr std::uint8_t kind_byte = 0xC0, padding_marker = 0x80;  // §9.2
constexpr std::uint32_t decryption_error_field = 8;              // of the application's content

}  // namespace

PlaintextContent PlaintextContent::carrying(const DecryptionErrorMessage& message) {
  PlaintextContent made;
  relay::FieldWriter(made.body).bytes(decryption_error_field, message.serialize());
  made.body.push_back(padding_marker);
  return made;
}

base::Blob PlaintextContent::serialize() const { return base::concat({base::Bytes<1>{kind_byte}, body}); }

Result<PlaintextContent> PlaintextContent::parse(base::View bytes) {
  if (bytes.empty() || bytes[0] != kind_byte) return Error::invalid_message;
  return PlaintextContent{base::blob(bytes.subspan(1))};
}

Result<DecryptionErrorMessage> PlaintextContent::decryption_error() const {
  if (body.empty() || body.back() != padding_marker) return Error::invalid_message;
  std::optional<base::View> message;
  const bool is_sound = relay::read_fields(base::View(body).first(body.size() - 1), [&](relay::Field& field) {
    if (field.number() == decryption_error_field) {
      message = field.bytes();
    } else if (field.number() < decryption_error_field) {
      static_cast<void>(field.bytes());  // the other contents: of this type, or it is no content at all
    } else {
      field.skip();
    }
  });
  if (!is_sound || !message) return Error::invalid_message;
  return DecryptionErrorMessage::parse(*message);
}

}  // namespace sotto::protocol

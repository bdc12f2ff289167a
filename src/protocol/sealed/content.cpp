#include "protocol/sealed/content.hpp"

#include <optional>

#include "relay/protobuf.hpp"

namespace sotto::protocol {
namespace {

constexpr std::uint32_t prekey_on_the_wire = 1;  // §8.2: the one number that differs from the API's

std::uint32_t wire_number(ContentType type) {
  return type == ContentType::prekey ? prekey_on_the_wire : static_cast<std::uint32_t>(type);
}

std::optional<ContentType> parse_type(std::uint32_t number) {
  for (const auto type : {ContentType::prekey, ContentType::signal, ContentType::sender_key, ContentType::plaintext}) {
    if (wire_number(type) == number) return type;
  }
  return std::nullopt;
}

// An enum is a signed number in protobuf: one below zero is spelled with all of its 64 bits.
std::uint64_t sign_extended(std::uint32_t value) {
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(static_cast<std::int32_t>(value)));
}

struct Fields {
  std::optional<std::uint32_t> type;
  std::optional<base::View> sender, content;
  std::uint32_t hint = 0;
  base::View group_id;
};

Result<Fields> read(base::View bytes) {
  Fields fields;
  const bool is_sound = relay::read_fields(bytes, [&](relay::Field& field) {
    switch (field.number()) {
      case 1:
        fields.type = field.uint32();
        break;
      case 2:
        fields.sender = field.bytes();
        break;
      case 3:
        fields.content = field.bytes();
        break;
      case 4:
        fields.hint = field.uint32();
        break;
      case 5:
        fields.group_id = field.bytes();
        break;
      default:
        field.skip();
    }
  });
  if (!is_sound || !fields.type || !fields.sender || !fields.content) return Error::invalid_message;
  return fields;
}

}  // namespace

base::Blob UnidentifiedSenderMessageContent::serialize() const {
  base::Blob bytes;
  bytes.reserve(content.size() + group_id.size() + 512);
  relay::FieldWriter write(bytes);
  write.uint64(1, wire_number(type));
  write.bytes(2, sender.serialize());
  write.bytes(3, content);
  if (hint != default_hint) write.uint64(4, sign_extended(hint.value));
  if (!group_id.empty()) write.bytes(5, group_id);
  return bytes;
}

Result<UnidentifiedSenderMessageContent> UnidentifiedSenderMessageContent::parse(base::View bytes) {
  TRY(const Fields fields, read(bytes));
  const auto type = parse_type(*fields.type);
  if (!type) return Error::invalid_message;
  auto sender = relay::SenderCertificate::parse(*fields.sender);
  if (!sender) return from_relay(sender.error());
  return UnidentifiedSenderMessageContent{.type = *type,
                                          .sender = *std::move(sender),
                                          .content = base::blob(*fields.content),
                                          .hint = ContentHint(fields.hint),
                                          .group_id = base::blob(fields.group_id)};
}

}  // namespace sotto::protocol

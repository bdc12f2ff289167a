#include "protocol/sender_key/distribution_message.hpp"

#include <optional>

#include "base/check.hpp"
#include "protocol/sender_key/version.hpp"
#include "relay/protobuf.hpp"

namespace sotto::protocol {
namespace {

constexpr std::size_t min_size = 65;  // §7.2

struct Fields {
  base::View distribution_id, chain_key, signing_key;
  std::optional<std::uint32_t> chain_id, iteration;
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
        fields.chain_key = field.bytes();
        break;
      case 5:
        fields.signing_key = field.bytes();
        break;
      default:
        field.skip();
    }
  });
  if (!is_sound || !fields.chain_id || !fields.iteration) return Error::invalid_message;
  return fields;
}

}  // namespace

base::SecretBlob SenderKeyDistributionMessage::serialize() const {
  constexpr std::size_t room = 128;
  base::Blob bytes;
  bytes.reserve(room);  // or a grown copy would stay behind, unwiped
  bytes.push_back(sender_key_version_byte);
  relay::FieldWriter write(bytes);
  write.bytes(1, distribution_id.uuid.bytes);
  write.uint64(2, chain_id.value);
  write.uint64(3, iteration);
  write.bytes(4, chain_key.expose());
  write.bytes(5, signing_key.serialize());
  CHECK(bytes.size() <= room);
  return base::SecretBlob(std::move(bytes));
}

Result<SenderKeyDistributionMessage> SenderKeyDistributionMessage::parse(base::View bytes) {
  if (bytes.size() < min_size || !is_sender_key_version(bytes[0])) return Error::invalid_message;
  TRY(const Fields fields, read(bytes.subspan(1)));
  const auto uuid = base::fixed<16>(fields.distribution_id);
  if (!uuid || fields.chain_key.size() != SenderChainKey::size) return Error::invalid_message;
  if (fields.signing_key.size() != crypto::PublicKey::size) return Error::invalid_message;  // elsewhere more is fine
  const auto signing_key = crypto::PublicKey::parse(fields.signing_key);
  if (!signing_key) return from_crypto(signing_key.error());
  return SenderKeyDistributionMessage{
      .distribution_id = {{*uuid}},
      .chain_id = ChainId(*fields.chain_id),
      .iteration = *fields.iteration,
      .chain_key = SenderChainKey(std::span<const std::uint8_t, SenderChainKey::size>(fields.chain_key)),
      .signing_key = *signing_key};
}

}  // namespace sotto::protocol

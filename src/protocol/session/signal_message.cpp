#include "protocol/session/signal_message.hpp"

#include "crypto/equal.hpp"
#include "crypto/hmac.hpp"
#include "relay/protobuf.hpp"

namespace sotto::protocol {
namespace {

constexpr std::size_t mac_size = 8;

// §4.4: sender first, whoever asks
base::Bytes<mac_size> mac_of(base::View message, const MacKey& key, const SignalMessage::Ends& ends) {
  const auto whole =
      crypto::hmac_sha256<base::Bytes<32>>(key.expose(), ends.sender.serialize(), ends.receiver.serialize(), message);
  return *base::fixed<mac_size>(base::View(whole).first(mac_size));
}

}  // namespace

base::Blob SignalMessage::write(const Content& content, const MacKey& key, const Ends& ends) {
  base::Blob bytes;
  bytes.reserve(content.ciphertext.size() + content.pq_ratchet.size() + 128);
  bytes.push_back(version_byte(session_version));
  relay::FieldWriter write(bytes);
  write.bytes(1, content.ratchet_key.serialize());
  write.uint64(2, content.counter);
  write.uint64(3, content.previous_counter);
  write.bytes(4, content.ciphertext);
  if (!content.pq_ratchet.empty()) write.bytes(5, content.pq_ratchet);
  if (content.addresses) write.bytes(6, *content.addresses);
  const auto mac = mac_of(bytes, key, ends);
  bytes.insert(bytes.end(), mac.begin(), mac.end());
  return bytes;
}

Result<SignalMessage> SignalMessage::parse(base::View bytes) {
  if (bytes.size() < 1 + mac_size) return Error::invalid_message;
  TRY(const std::uint8_t version, parse_version(bytes[0]));

  std::optional<base::View> ratchet_key, ciphertext, addresses;
  std::optional<std::uint32_t> counter;
  std::uint32_t previous_counter = 0;
  base::View pq_ratchet;
  const bool is_sound = relay::read_fields(bytes.subspan(1, bytes.size() - 1 - mac_size), [&](relay::Field& field) {
    switch (field.number()) {
      case 1:
        ratchet_key = field.bytes();
        break;
      case 2:
        counter = field.uint32();
        break;
      case 3:
        previous_counter = field.uint32();
        break;
      case 4:
        ciphertext = field.bytes();
        break;
      case 5:
        pq_ratchet = field.bytes();
        break;
      case 6:
        addresses = field.bytes();
        break;
      default:
        field.skip();
    }
  });
  if (!is_sound || !ratchet_key) return Error::invalid_message;
  const auto key = crypto::PublicKey::parse(*ratchet_key);
  if (!key) return from_crypto(key.error());  // said before what else is missing, as every peer does
  if (!counter || !ciphertext) return Error::invalid_message;

  return SignalMessage{.version = version,
                       .ratchet_key = *key,
                       .counter = *counter,
                       .previous_counter = previous_counter,
                       .ciphertext = *ciphertext,
                       .pq_ratchet = pq_ratchet,
                       .addresses = addresses,
                       .serialized = bytes};
}

bool SignalMessage::is_authentic(const MacKey& key, const Ends& ends) const {
  const auto expected = mac_of(serialized.first(serialized.size() - mac_size), key, ends);
  return crypto::equal(expected, serialized.last(mac_size));
}

}  // namespace sotto::protocol

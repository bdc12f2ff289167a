// room: protocol
#include "base/check.hpp"
#include "protocol/session/prekey_message.hpp"

using namespace sotto;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto message = protocol::PreKeySignalMessage::parse({bytes, size});
  if (!message || !message->kyber_id) return 0;
  const auto ciphertext = crypto::KyberCiphertext::parse(*message->kyber_ciphertext);
  if (!ciphertext) return 0;
  const base::Blob again = protocol::PreKeySignalMessage::write(
      {message->one_time_id, message->signed_id, *message->kyber_id, *ciphertext, message->base_key,
       message->identity_key, message->registration_id, message->message.serialized});
  const auto reread = protocol::PreKeySignalMessage::parse(again);
  CHECK(reread && reread->base_key == message->base_key && reread->identity_key == message->identity_key &&
        reread->one_time_id == message->one_time_id &&
        base::same(reread->message.serialized, message->message.serialized));
  return 0;
}

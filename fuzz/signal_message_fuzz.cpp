// room: protocol
#include "base/check.hpp"
#include "protocol/session/signal_message.hpp"

using namespace sotto;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto message = protocol::SignalMessage::parse({bytes, size});
  if (!message) return 0;
  CHECK(base::same(message->serialized, {bytes, size}));
  const protocol::MacKey key(base::Bytes<32>{});
  // What was read, written anew, reads the same.
  std::optional<base::Bytes<36>> addresses;
  if (message->addresses) addresses = base::fixed<36>(*message->addresses);
  const base::Blob again =
      protocol::SignalMessage::write({message->ratchet_key, message->counter, message->previous_counter,
                                      message->ciphertext, message->pq_ratchet, addresses},
                                     key, {message->ratchet_key, message->ratchet_key});
  const auto reread = protocol::SignalMessage::parse(again);
  CHECK(reread && reread->ratchet_key == message->ratchet_key && reread->counter == message->counter &&
        base::same(reread->ciphertext, message->ciphertext) && base::same(reread->pq_ratchet, message->pq_ratchet));
  CHECK(reread->is_authentic(key, {message->ratchet_key, message->ratchet_key}));
  return 0;
}

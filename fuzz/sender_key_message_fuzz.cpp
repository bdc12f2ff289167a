// room: protocol
#include "base/check.hpp"
#include "protocol/sender_key/decrypt.hpp"
#include "protocol/sender_key/distribute.hpp"

using namespace sotto;

namespace {

// Holds the chain that the recorded messages belong to; what is changed in them must not be read.
protocol::SenderKeyRecord receiver(const protocol::SenderKeyMessage& message) {
  return protocol::SenderKeyRecord().with_first({message.chain_id,
                                                 {protocol::SenderChainKey(base::Bytes<32>{}), 0, {}},
                                                 crypto::PublicKey(base::Bytes<32>{9}),
                                                 std::nullopt});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto message = protocol::SenderKeyMessage::parse({bytes, size});
  if (!message) return 0;
  CHECK(base::same(message->serialized, {bytes, size}));
  const auto record = receiver(*message);
  CHECK(!protocol::sender_key_decrypt(record, *message));
  CHECK(!protocol::sender_key_decrypt({}, *message));

  // What was read, written anew, reads the same.
  class Zeros final : public base::Random {
    void fill(std::span<std::uint8_t> out) override { std::ranges::fill(out, std::uint8_t{0}); }
  } zeros;
  static const crypto::SigningKey key(crypto::PrivateKey(base::Bytes<32>{7}));
  const base::Blob again = protocol::SenderKeyMessage::write(
      {message->distribution_id, message->chain_id, message->iteration, message->ciphertext}, key, zeros);
  const auto reread = protocol::SenderKeyMessage::parse(again);
  CHECK(reread && reread->distribution_id == message->distribution_id && reread->chain_id == message->chain_id);
  CHECK(reread->iteration == message->iteration && reread->ciphertext == message->ciphertext);
  return 0;
}

#include "protocol/sender_key/decrypt.hpp"

#include "crypto/aes.hpp"

namespace sotto::protocol {

Result<SenderKeyDecrypted> sender_key_decrypt(const SenderKeyRecord& record, const SenderKeyMessage& message) {
  const SenderKeyState* state = record.find(message.chain_id);
  if (state == nullptr) return Error::no_sender_key;
  if (!message.is_signed_by(state->signing_key)) return Error::invalid_signature;
  TRY(SenderWalk walk, walk_to(state->chain, message.iteration));

  const SenderMessageKeys keys = sender_message_keys(walk.seed);
  auto plaintext = crypto::aes256_cbc_decrypt(keys.cipher_key.expose(), keys.iv.expose(), message.ciphertext);
  if (!plaintext) return Error::invalid_message;

  std::optional<crypto::SigningKey> own;  // a device may read what it sent itself
  if (state->own_signing_key) own = state->own_signing_key->clone();
  return SenderKeyDecrypted{
      record.with_advanced({state->chain_id, std::move(walk.chain), state->signing_key, std::move(own)}),
      *std::move(plaintext)};
}

}  // namespace sotto::protocol

#include "protocol/sender_key/encrypt.hpp"

#include "crypto/aes.hpp"

namespace sotto::protocol {

Result<SenderKeyEncrypted> sender_key_encrypt(const SenderKeyRecord& record, DistributionId id, base::View plaintext,
                                              base::Random& random) {
  const SenderKeyState* state = record.first();
  if (state == nullptr) return Error::no_sender_key;
  if (!state->own_signing_key || state->chain.iteration == last_iteration) return Error::invalid_session;

  SenderStep step = step_of(state->chain.key);
  const SenderMessageKeys keys = sender_message_keys(step.seed);
  const base::Blob ciphertext = crypto::aes256_cbc_encrypt(keys.cipher_key.expose(), keys.iv.expose(), plaintext);
  base::Blob message = SenderKeyMessage::write({id, state->chain_id, state->chain.iteration, ciphertext},
                                               *state->own_signing_key, random);

  SenderKeyState after = state->clone();
  after.chain.key = std::move(step.next);
  after.chain.iteration += 1;
  return SenderKeyEncrypted{record.with_advanced(std::move(after)), std::move(message)};
}

}  // namespace sotto::protocol

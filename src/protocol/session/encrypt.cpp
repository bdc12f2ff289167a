#include "protocol/session/encrypt.hpp"

#include "crypto/aes.hpp"
#include "protocol/session/prekey_message.hpp"

namespace sotto::protocol {
namespace {

base::Blob wrapped(const Pending& pending, const State& state, const base::Blob& message) {
  return PreKeySignalMessage::write({.one_time_id = pending.one_time_id,
                                     .signed_id = pending.signed_id,
                                     .kyber_id = pending.kyber_id,
                                     .kyber_ciphertext = pending.kyber_ciphertext,
                                     .base_key = pending.base_key,
                                     .identity_key = state.local_identity,
                                     .registration_id = state.local_registration_id,
                                     .message = message});
}

}  // namespace

Result<Encrypted> encrypt(const Record& record, base::View plaintext, const Context& context) {
  if (!record.can_send(context.now_ms)) return Error::no_session;
  const State& state = *record.current();
  if (state.sending.counter > 0xffff'ffff) return Error::no_session;  // 2^32 messages without an answer

  auto after = std::make_shared<State>(state.clone());
  const auto part = spqr::send_on(after->spqr, context.random);
  if (!part) return Error::no_session;  // as many messages in one key epoch
  Step step = step_of(state.sending.key);
  const MessageKeys keys = message_keys(step.seed, part->key);
  const base::Blob ciphertext = crypto::aes256_cbc_encrypt(keys.cipher_key.expose(), keys.iv.expose(), plaintext);
  std::optional<base::Bytes<36>> addresses;
  if (state.pending) addresses = addresses_field(context.local, context.remote);
  base::Blob message = SignalMessage::write({.ratchet_key = state.sending.ratchet_key.public_key,
                                             .counter = static_cast<std::uint32_t>(state.sending.counter),
                                             .previous_counter = state.previous_counter,
                                             .ciphertext = ciphertext,
                                             .pq_ratchet = part->message.view(),
                                             .addresses = addresses},
                                            keys.mac_key, {state.local_identity, state.remote_identity});
  if (state.pending) message = wrapped(*state.pending, state, message);

  if (!context.trust(context.remote, state.remote_identity, Use::sending)) return Error::untrusted_identity;

  after->sending.key = std::move(step.next);
  after->sending.counter += 1;
  return Encrypted{record.with_current_advanced(std::move(after)),
                   state.pending ? MessageType::prekey : MessageType::signal, std::move(message),
                   state.remote_identity};
}

}  // namespace sotto::protocol

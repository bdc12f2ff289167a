#include "protocol/session/start.hpp"

namespace sotto::protocol {
namespace {

constexpr std::uint32_t spqr_own_jump = 0xffff'ffff;  // §3.5

std::uint32_t spqr_jump_limit(const Context& context, const crypto::PublicKey& remote) {
  return is_self_session(context, context.identity.public_key, remote) ? spqr_own_jump : max_jump;
}

}  // namespace

Result<Record> start_session(const Record& record, const PreKeyBundle& bundle, const Context& context) {
  if (!context.trust(context.remote, bundle.identity_key, Use::sending)) return Error::untrusted_identity;
  if (!bundle.has_good_signatures()) return Error::invalid_signature;
  TRY(Initiation initiation, initiate(context.identity, bundle, context.random));

  crypto::KeyPair ratchet_key = crypto::KeyPair::generate(context.random);
  const auto agreed = crypto::agree(ratchet_key.private_key, bundle.signed_prekey.key);
  if (!agreed) return from_crypto(agreed.error());
  RootStep step = root_step(initiation.keys.root_key, *agreed);

  // The chain on which the recipient would send before having heard from us (§3.3); it takes up one of the five places.
  ReceivingChains receiving;
  receiving.push_back({bundle.signed_prekey.key, std::move(initiation.keys.chain_key), 0, {}});

  Pending pending{std::nullopt,
                  bundle.signed_prekey.id,
                  bundle.kyber_prekey.id,
                  initiation.base_key,
                  std::move(initiation.kyber_ciphertext),
                  context.now_ms / 1'000};
  if (bundle.one_time_prekey) pending.one_time_id = bundle.one_time_prekey->id;

  spqr::State spqr = spqr::init(spqr::Direction::initiator_to_recipient, initiation.keys.spqr_auth_key,
                                spqr_jump_limit(context, bundle.identity_key));
  return record.with_new_current(
      std::make_shared<State>(State{.local_identity = context.identity.public_key,
                                    .remote_identity = bundle.identity_key,
                                    .local_registration_id = context.registration_id,
                                    .remote_registration_id = bundle.registration_id,
                                    .base_key = initiation.base_key,
                                    .root_key = std::move(step.root_key),
                                    .previous_counter = 0,
                                    .sending = {std::move(ratchet_key), std::move(step.chain_key), 0},
                                    .receiving = std::move(receiving),
                                    .pending = std::move(pending),
                                    .spqr = std::move(spqr)}));
}

Result<State> answer_session(const PreKeySignalMessage& message, const PreKeySource& prekeys, const Context& context) {
  if (message.version != session_version || !message.kyber_id || !message.kyber_ciphertext)
    return Error::invalid_message;
  TRY(const SignedPreKey signed_prekey, prekeys.signed_prekey(message.signed_id));
  TRY(const KyberPreKey kyber_prekey, prekeys.kyber_prekey(*message.kyber_id));
  std::optional<OneTimePreKey> one_time_prekey;
  if (message.one_time_id) {
    TRY(one_time_prekey, prekeys.one_time_prekey(*message.one_time_id));
  }
  if (!crypto::is_canonical(message.base_key)) return Error::invalid_message;  // before anything is computed with it
  const auto kyber_ciphertext = crypto::KyberCiphertext::parse(*message.kyber_ciphertext);
  if (!kyber_ciphertext) return from_crypto(kyber_ciphertext.error());

  TRY(AgreedKeys keys, accept({.identity = context.identity,
                               .signed_prekey = signed_prekey,
                               .kyber_prekey = kyber_prekey,
                               .one_time_prekey = one_time_prekey ? &*one_time_prekey : nullptr,
                               .remote_identity = message.identity_key,
                               .base_key = message.base_key,
                               .kyber_ciphertext = *kyber_ciphertext}));
  spqr::State spqr = spqr::init(spqr::Direction::recipient_to_initiator, keys.spqr_auth_key,
                                spqr_jump_limit(context, message.identity_key));
  return State{.local_identity = context.identity.public_key,
               .remote_identity = message.identity_key,
               .local_registration_id = context.registration_id,
               .remote_registration_id = message.registration_id,
               .base_key = message.base_key,
               .root_key = std::move(keys.root_key),
               .previous_counter = 0,
               .sending = {signed_prekey.keys.clone(), std::move(keys.chain_key), 0},
               .receiving = {},
               .pending = std::nullopt,
               .spqr = std::move(spqr)};
}

}  // namespace sotto::protocol

#include "protocol/session/decrypt.hpp"

#include "crypto/aes.hpp"
#include "crypto/equal.hpp"
#include "protocol/ratchet/double_ratchet.hpp"
#include "protocol/session/start.hpp"

namespace sotto::protocol {
namespace {

enum class Kind { prekey, signal };

struct Opened {
  SharedState state;
  base::Blob plaintext;
};

// §4.4: absent is accepted; present must be right, and then both names are service ids
bool fits_addresses(const SignalMessage& message, const Context& context) {
  if (!message.addresses) return true;
  const auto expected = addresses_field(context.remote, context.local);
  return expected && crypto::equal(*expected, *message.addresses);
}

std::uint32_t jump_limit(const State& state, const Context& context) {
  return is_self_session(context, state.local_identity, state.remote_identity) ? max_own_jump : max_jump;
}

Result<base::Blob> plaintext_of(const SignalMessage& message, const MessageSeed& seed, const spqr::MessageKey& spqr_key,
                                const State& state, const Context& context) {
  const MessageKeys keys = message_keys(seed, spqr_key);
  if (!message.is_authentic(keys.mac_key, {state.remote_identity, state.local_identity})) return Error::invalid_message;
  if (!fits_addresses(message, context)) return Error::invalid_message;
  auto plaintext = crypto::aes256_cbc_decrypt(keys.cipher_key.expose(), keys.iv.expose(), message.ciphertext);
  if (!plaintext) return Error::invalid_message;
  return *std::move(plaintext);
}

// §4.7. Both ratchets move before the message is authenticated, hence on a copy; `state` is never touched.
Result<Opened> open(const State& state, const SignalMessage& message, const Context& context) {
  const auto known = state.receiving.find(message.ratchet_key);
  std::optional<Turn> turn;
  if (!known) {
    TRY(turn, turn_ratchet(state.root_key, state.sending, message.ratchet_key, context.random));
  }
  TRY(Walk walk,
      walk_to(turn ? turn->receiving : state.receiving[*known], message.counter, jump_limit(state, context)));

  auto after = std::make_shared<State>(state.clone());
  const auto spqr_key = spqr::receive_on(after->spqr, message.pq_ratchet);
  if (!spqr_key) return Error::invalid_message;
  TRY(base::Blob plaintext, plaintext_of(message, walk.seed, *spqr_key, state, context));

  if (turn) {
    after->root_key = std::move(turn->root_key);
    after->previous_counter = turn->previous_counter;
    after->sending = std::move(turn->sending);
    after->receiving.push_back(std::move(walk.chain));
  } else {
    after->receiving.replace(*known, std::move(walk.chain));
  }
  after->pending.reset();
  return Opened{std::move(after), std::move(plaintext)};
}

struct Tried {
  Record record;
  base::Blob plaintext;
};

// §4.8. A duplicate ends the search; every other failure looks alike to the caller.
Result<Tried> try_record(const Record& record, const SignalMessage& message, Kind kind, const Context& context) {
  if (message.version != session_version) return Error::invalid_message;  // no session is of another version
  if (record.current() != nullptr) {
    auto opened = open(*record.current(), message, context);
    if (opened) return Tried{record.with_current_advanced(std::move(opened->state)), std::move(opened->plaintext)};
    if (opened.error() == Error::duplicate_message) return opened.error();
    if (kind == Kind::prekey) return Error::invalid_message;
  }
  for (std::size_t i = 0; i < record.archived_count(); ++i) {
    const auto state = record.archived(i);
    if (!state) continue;
    auto opened = open(*state, message, context);
    if (opened) return Tried{record.with_promoted(i, std::move(opened->state)), std::move(opened->plaintext)};
    if (opened.error() == Error::duplicate_message) return opened.error();
  }
  return Error::invalid_message;
}

// The record with the session of this base key as the current one, if it has any: current first, then the newest.
std::optional<Record> with_session_of(const Record& record, const crypto::PublicKey& base_key) {
  if (record.current() != nullptr && record.current()->base_key == base_key) return record;
  for (std::size_t i = 0; i < record.archived_count(); ++i) {
    auto state = record.archived(i);
    if (state && state->base_key == base_key) {
      return record.with_promoted(i, std::make_shared<State>(*std::move(state)));
    }
  }
  return std::nullopt;
}

}  // namespace

Result<Decrypted> decrypt_prekey(const Record& record, base::View bytes, const PreKeySource& prekeys,
                                 const Context& context) {
  TRY(const PreKeySignalMessage message, PreKeySignalMessage::parse(bytes));
  if (!context.trust(context.remote, message.identity_key, Use::receiving)) return Error::untrusted_identity;
  if (message.version != session_version) return Error::invalid_message;  // X3DH is gone

  std::optional<UsedPreKeys> used;
  std::optional<Record> working = with_session_of(record, message.base_key);
  if (working) {
    if (working->current()->remote_identity != message.identity_key) return Error::invalid_message;
  } else {
    TRY(State state, answer_session(message, prekeys, context));
    working = record.with_new_current(std::make_shared<State>(std::move(state)));
    used = UsedPreKeys{message.one_time_id, message.signed_id, *message.kyber_id, message.base_key};
  }
  TRY(Tried tried, try_record(*working, message.message, Kind::prekey, context));
  return Decrypted{std::move(tried.record), std::move(tried.plaintext), message.identity_key, std::move(used)};
}

Result<Decrypted> decrypt_signal(const Record& record, base::View bytes, const Context& context) {
  TRY(const SignalMessage message, SignalMessage::parse(bytes));
  if (record.current() == nullptr && record.archived_count() == 0) return Error::no_session;
  TRY(Tried tried, try_record(record, message, Kind::signal, context));
  const crypto::PublicKey identity = tried.record.current()->remote_identity;
  if (!context.trust(context.remote, identity, Use::receiving)) return Error::untrusted_identity;
  return Decrypted{std::move(tried.record), std::move(tried.plaintext), identity, std::nullopt};
}

}  // namespace sotto::protocol

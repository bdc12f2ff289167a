#pragma once
#include "protocol/session/context.hpp"
#include "protocol/session/record.hpp"

namespace sotto::protocol {

/// What a prekey message that began a session used up. In the transaction that keeps the record, the caller deletes the
/// one-time prekey and a one-time Kyber prekey; for a last-resort one it remembers the triple and refuses the message
/// as invalid_message if it was seen before (§3.8).
struct UsedPreKeys {
  std::optional<PreKeyId> one_time;
  SignedPreKeyId signed_prekey;
  KyberPreKeyId kyber_prekey;
  crypto::PublicKey base_key;
};

struct Decrypted {
  Record record;  // to be kept before the message is acknowledged
  base::Blob plaintext;
  crypto::PublicKey remote_identity;  // to be kept as the remote's identity (§10.2)
  std::optional<UsedPreKeys> used;    // only if the message began a session
};

/// Decrypts a prekey message (type 3), beginning a session unless its base key belongs to one that the record holds.
///
/// errors  untrusted_identity  asked first of all, about the identity key in the message
///         duplicate_message   its counter was used or dropped; says nothing about who sent it
///         unknown_prekey      it names a prekey that isn't there (any more)
///         invalid_key         a key that is none, an agreement of zero while the session begins
///         invalid_message     everything else
/// cost    for a new session: a base-key check, four agreements, one decapsulation, and one ratchet step
/// source  §3.8
Result<Decrypted> decrypt_prekey(const Record& record, base::View message, const PreKeySource& prekeys,
                                 const Context& context);

/// Decrypts a message of a session (type 2): by the current one, else by an archived one, which then becomes current.
///
/// errors  no_session          the record holds no session at all
///         duplicate_message   as above
///         untrusted_identity  asked after decryption; the message can be decrypted again later
///         invalid_key         a ratchet key that is none
///         invalid_message     everything else; which rule it broke is not told
/// cost    at most one ratchet step and 25,000 steps of a chain for each session that is tried
/// source  §4.7, §4.8
Result<Decrypted> decrypt_signal(const Record& record, base::View message, const Context& context);

}  // namespace sotto::protocol

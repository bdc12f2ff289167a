#pragma once
#include "protocol/session/context.hpp"
#include "protocol/session/prekey_message.hpp"
#include "protocol/session/record.hpp"

namespace sotto::protocol {

/// Starts a session with the device that published `bundle`: the new session sends from now on, the old one is
/// archived.
///
/// returns  the record to keep, together with bundle.identity_key as the remote's identity (§10.2)
/// errors   untrusted_identity  asked first of all
///          invalid_signature   of the signed or the Kyber prekey
///          invalid_key         an agreement of zero, or a Kyber key out of range (stricter than the reference, §1.6)
/// source   §2.3, §3.3
Result<Record> start_session(const Record& record, const PreKeyBundle& bundle, const Context& context);

/// The recipient's side of the same: the session that a prekey message begins, before the message inside is read.
///
/// errors  unknown_prekey   one that the message names is not there; decided first, as every peer does
///         invalid_message  the base key is not canonical and of prime order, decided before any computation
///         invalid_key      an agreement of zero
/// source  §3.4
Result<State> answer_session(const PreKeySignalMessage& message, const PreKeySource& prekeys, const Context& context);

}  // namespace sotto::protocol

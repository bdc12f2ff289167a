#pragma once
#include <string>
#include <vector>

#include "base/random.hpp"
#include "client/problem.hpp"
#include "store/contacts.hpp"
#include "store/messages.hpp"
#include "store/outgoing.hpp"
#include "store/own_account.hpp"
#include "wire/prekeys.hpp"

/// From words to ciphertexts that may leave. Everything here happens within a transaction of the caller.
namespace sotto::client::outbox {

struct Lent {
  const store::OwnAccount& own;
  base::Timestamp now;
  base::Random& random;
};

/// Keeps a text as the next durable content of the conversation: its id, its place in the sequence and its client time
/// are fixed here, before anything is encrypted. Own other devices get it too, a little later.
///
/// conversation  with whom; the own account is the note to self
/// errors        refused  not UTF-8, empty, or more than 1 MiB
Result<store::Message> enqueue(store::Transaction& in, const Lent& lent, const wire::AccountId& conversation,
                               wire::Text text);

/// Whether there is anybody to synchronize with.
bool has_other_devices(store::Transaction& in, const store::OwnAccount& own);

/// errors  refused  not UTF-8, empty, or more than 1 MiB
Result<void> check_text(const std::string& text);
/// errors  refused  a request that was not accepted, somebody who is blocked
Result<void> may_write_to(const store::Contact& contact);

/// Keeps anything else that is to be said there. What is durable goes to own other devices, too.
void post(store::Transaction& in, const Lent& lent, const wire::AccountId& conversation, wire::Body body);
/// Only for own other devices; nothing is kept if there are none.
void sync(store::Transaction& in, const Lent& lent, const wire::AccountId& about, wire::Body body);
/// The same, after a jittered while: what nobody has asked for does not tell when somebody is there.
void post_later(store::Transaction& in, const Lent& lent, const wire::AccountId& conversation, wire::Body body);
/// A receipt, joined to one that has not left yet; leaves after a jittered while.
void post_receipt(store::Transaction& in, const Lent& lent, const wire::AccountId& conversation,
                  wire::Receipt::Kind kind, const wire::MessageRef& of);

/// The last number that was used in a conversation, for a contact's devices or our own; at most one waits for each.
void post_heartbeat(store::Transaction& in, const Lent& lent, const wire::AccountId& account,
                    const wire::AccountId& conversation, bool asks);

/// The same of a device of ours that has left, as far as we have what it said.
void post_heartbeat_of(store::Transaction& in, const Lent& lent, const wire::AccountId& account,
                       const wire::AccountId& conversation, wire::DeviceNumber left);
/// Whether it is only for who is there now: sent at once or never, and nothing is fetched or repeated for it.
bool is_fleeting(const store::Outgoing& outgoing);

/// What stands between a content and its ciphertexts.
enum class Need {
  nothing,
  nobody,        // there is no device to send it to
  sessions,      // a device of the recipient has no session that can send: its prekeys are to be fetched first
  renewal,       // a session is to be followed by a new one, from fresh prekeys; without them it goes on
  introduction,  // the recipient's statements are not here yet, or a device of theirs speaks of newer ones
  permit,        // there is no permit that the recipient could be given to answer with: more are to be registered
};

/// What is done about sessions whose sending chain is spent.
enum class Renewal {
  first,   // before anything is encrypted
  failed,  // nothing: they could not be renewed, and that holds up no message
};

struct Encryption {
  Need need = Need::nothing;
  base::Blob request;  // that delivers it; kept with the ratchets' new state in this transaction
};

/// Encrypts for each device on the recipient's list (design, principle 2: ratchet step and ciphertext are committed
/// together, before a byte leaves). What was encrypted before comes back as the same bytes.
Result<Encryption> encrypt(store::Transaction& in, const Lent& lent, const store::Outgoing& outgoing, Renewal renewal);

/// Starts a session with each listed device that has none that can send, or one whose sending chain is spent. Bundles
/// of devices that are not on the list are not looked at.
///
/// errors  refused  a listed device without a bundle, or a bundle that breaks a rule
Result<void> start_sessions(store::Transaction& in, const Lent& lent, const wire::AccountId& recipient,
                            const std::vector<wire::DeviceBundle>& bundles);

/// The server has it, durably.
void settle_sent(store::Transaction& in, const Lent& lent, const store::Outgoing& outgoing);
/// It can't be sent, ever.
void settle_failed(store::Transaction& in, const store::Outgoing& outgoing, const std::string& reason);
/// Nothing was delivered: it is encrypted anew.
void unsettle(store::Transaction& in, const store::Outgoing& outgoing);

}  // namespace sotto::client::outbox

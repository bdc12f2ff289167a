#pragma once
#include <string>
#include <vector>

#include "base/random.hpp"
#include "client/problem.hpp"
#include "store/messages.hpp"
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
/// are fixed here, before anything is encrypted.
///
/// errors  refused  not UTF-8, empty, or more than 1 MiB
Result<store::Message> enqueue(store::Transaction& in, const Lent& lent, const wire::AccountId& recipient,
                               std::string text);

/// What stands between a message and its ciphertexts.
enum class Need {
  nothing,
  sessions,      // a device of the recipient has no session that can send: its prekeys are to be fetched first
  introduction,  // the recipient's statements are not here yet
  permit,        // there is no permit that the recipient could be given to answer with: more are to be registered
};

struct Encryption {
  Need need = Need::nothing;
  base::Blob request;  // that delivers it; kept with the ratchets' new state in this transaction
};

/// Encrypts a queued message for each device on the recipient's list (design, principle 2: ratchet step and ciphertext
/// are committed together, before a byte leaves). What was encrypted before comes back as the same bytes.
Result<Encryption> encrypt(store::Transaction& in, const Lent& lent, const store::Message& message);

/// Starts a session with each listed device that has none that can send. Bundles of devices that are not on the list
/// are not looked at.
///
/// errors  refused  a listed device without a bundle, or a bundle that breaks a rule
Result<void> start_sessions(store::Transaction& in, const Lent& lent, const wire::AccountId& recipient,
                            const std::vector<wire::DeviceBundle>& bundles);

}  // namespace sotto::client::outbox

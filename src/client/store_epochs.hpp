#pragma once
#include "client/outbox.hpp"
#include "client/server.hpp"

/// A server that was restored from a backup has forgotten what it took since: it says so by a higher epoch of its store
/// (design, section 9), and what it may have lost is shown to it again.
namespace sotto::client::store_epochs {

/// Compares with the epoch that was seen last. In a new one, all in this transaction: permits and revocations are to be
/// registered anew, newer prekeys are due, a change of the list that it may have taken becomes ours, contacts and own
/// devices are asked how far they are, own devices get the contacts once more, and the person is told, quietly.
///
/// returns  whether this is a new one
bool note(store::Transaction& in, const outbox::Lent& lent, const ServerStatus& status);

/// Whether the server is behind because it was restored: then our generation counts, and goes on from its own number.
/// A server that is not behind knows of another copy of this folder, and its restoring changes nothing about that.
bool has_forgotten_ours(store::Transaction& in, const Generation& shown);

/// By which this device takes up its place on the list at a server that has lost it; with prekeys that are new.
base::Blob return_request(store::Transaction& in, const outbox::Lent& lent, const base::Bytes<32>& challenge);

}  // namespace sotto::client::store_epochs

#pragma once
#include "client/outbox.hpp"

/// A gap shows by what follows it, so what is last could be lost unseen. Hours after the last that was said in a
/// conversation, its number is said once more, if a device that was to have it has not confirmed it by then; and once
/// when a device leaves, of that device, by those that remain. Never to strangers.
namespace sotto::client::tails {

/// The server has something that counts.
void note_sent(store::Transaction& in, const outbox::Lent& lent, const store::Outgoing& outgoing);

/// Says what is due.
void post_due(store::Transaction& in, const outbox::Lent& lent);

/// To contacts, and to the devices that remain: how far the one that left had come, as far as is known here.
void tell_of_who_left(store::Transaction& in, const outbox::Lent& lent, wire::DeviceNumber left);

}  // namespace sotto::client::tails

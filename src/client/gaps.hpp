#pragma once
#include "client/contents.hpp"

/// What did not come: it shows by the numbers, is asked for, and sent once more by who wrote it. Of a device that has
/// left its account's list, the other ones of that account answer with what they have of it.
namespace sotto::client::gaps {

/// Where a question or an answer stands: who said it, and in which conversation.
struct Place {
  store::Transaction& in;
  const outbox::Lent& lent;
  const contents::Speaker& speaker;
  const wire::AccountId& conversation;
  bool is_own;  // said by a device of ours
};

/// Whether a number is no device's on the highest list that is held of the account.
bool has_left(store::Transaction& in, const wire::AccountId& account, wire::DeviceNumber device);

/// Asks for what has been missing for a while: each gap at most once an hour.
void ask_for_missing(store::Transaction& in, const outbox::Lent& lent);

/// Answered only to who was addressed then: what our account wrote into this conversation from this device, or from one
/// that has left.
void answer(const Place& at, const wire::GapQuestion& question);
/// What is gone is asked for no more.
void note_gone(const Place& at, const wire::GapAnswer& answer);

}  // namespace sotto::client::gaps

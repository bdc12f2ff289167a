#include "client/tails.hpp"

#include <algorithm>

#include "client/introductions.hpp"
#include "store/sessions.hpp"

namespace sotto::client::tails {
namespace {

constexpr std::int64_t after_ms = 6 * 3'600'000;  // and up to as much again

std::vector<store::PeerDevice> devices_of(store::Transaction& in, const outbox::Lent& lent,
                                          const wire::AccountId& account) {
  const auto peer = store::peers::load(in, account);
  if (!peer) return {};
  std::vector<store::PeerDevice> devices = devices_to_reach(in, *peer);
  std::erase_if(devices, [&](const store::PeerDevice& device) {
    return account == lent.own.account_id && device.number == lent.own.device;
  });
  return devices;
}

/// Whom we have accepted, and who has said something to us: to others it would be a stranger's word.
bool may_be_told(store::Transaction& in, const outbox::Lent& lent, const wire::AccountId& account) {
  if (account == lent.own.account_id) return true;
  const auto contact = store::contacts::load(in, account);
  if (!contact || contact->standing != store::Standing::accepted) return false;
  const auto devices = devices_of(in, lent, account);
  return contact->profile_key || std::ranges::any_of(devices, [&](const store::PeerDevice& device) {
           return store::sessions::their_view(in, account, device.number).has_value();
         });
}

bool is_confirmed_by_all(store::Transaction& in, const outbox::Lent& lent, const store::tails::Tail& tail) {
  const std::uint64_t last = store::messages::last_seq(in, tail.conversation);
  const auto devices = devices_of(in, lent, tail.account);
  return std::ranges::all_of(devices, [&](const store::PeerDevice& device) {
    return store::sequences::is_confirmed(
        in, {.account = device.account_id, .device = device.number, .conversation = tail.conversation}, last);
  });
}

}  // namespace

void note_sent(store::Transaction& in, const outbox::Lent& lent, const store::Outgoing& outgoing) {
  if (outgoing.seq == 0) return;
  const auto raw = lent.random.bytes<2>();
  const base::Timestamp due{lent.now.ms + after_ms + after_ms * (raw[0] << 8 | raw[1]) / 65'536};
  store::tails::keep(in, outgoing.account, outgoing.conversation(), due);
}

void post_due(store::Transaction& in, const outbox::Lent& lent) {
  const auto due = store::tails::take_due(in, lent.now);
  for (const store::tails::Tail& tail : due) {
    if (may_be_told(in, lent, tail.account) && !is_confirmed_by_all(in, lent, tail))
      outbox::post_heartbeat(in, lent, tail.account, tail.conversation, false);
  }
}

void tell_of_who_left(store::Transaction& in, const outbox::Lent& lent, wire::DeviceNumber left) {
  const wire::AccountId& own = lent.own.account_id;
  const auto tell = [&](const wire::AccountId& account, const wire::AccountId& conversation) {
    if (devices_of(in, lent, account).empty()) return;
    outbox::post_heartbeat_of(in, lent, account, conversation, left);
  };
  const auto contacts = store::contacts::all(in);
  for (const store::Contact& contact : contacts) {
    if (store::messages::last_seq_of(in, contact.account_id, left) == 0) continue;
    if (may_be_told(in, lent, contact.account_id)) tell(contact.account_id, contact.account_id);
    tell(own, contact.account_id);
  }
  if (store::messages::last_seq_of(in, own, left) > 0) tell(own, own);
}

}  // namespace sotto::client::tails

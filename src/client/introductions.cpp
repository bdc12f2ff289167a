#include "client/introductions.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "client/homes.hpp"
#include "client/rotation.hpp"
#include "store/contacts.hpp"
#include "store/homes.hpp"
#include "store/notices.hpp"
#include "store/sessions.hpp"
#include "wire/content.hpp"

namespace sotto::client {
namespace {

using Kind = store::Notice::Kind;

std::string name_of(store::Transaction& in, const wire::AccountId& account) {
  const auto contact = store::contacts::load(in, account);
  return contact ? contact->name() : account.text().substr(0, 8);
}

Introduced fork(store::Transaction& in, const store::Peer& peer, const wire::Introduction& held,
                const wire::Introduction& other, base::Timestamp now) {
  const wire::AccountId account = peer.held.list.account_id;
  store::peers::keep_fork(in, account, {.held = held, .other = other, .at = now});
  store::notices::keep_once(in, {.account = account,
                                 .kind = Kind::list_fork,
                                 .words = "two signed device lists of " + name_of(in, account) +
                                          " contradict each other. Both are kept as proof; messages go only to devices "
                                          "on both until the next epoch",
                                 .at = now});
  return Introduced::is_fork;
}

bool contradicts(const wire::CheckedIntroduction& next, const wire::CheckedIntroduction& held) {
  const bool is_same_place = next.list.order == held.list.order;
  const bool is_same_epoch =
      next.list.order.links == held.list.order.links && next.certificate.epoch == held.certificate.epoch;
  if (is_same_place || (is_same_epoch && next.certificate_hash != held.certificate_hash)) return true;
  const bool is_next = is_same_epoch && next.list.order.version == held.list.order.version + 1;
  return is_next && std::ranges::count(next.list.previous, held.list_hash) == 0;
}

/// A key that another account's list has would make one person speak as two.
bool has_key_of_another(store::Transaction& in, const wire::DeviceList& list) {
  return std::ranges::any_of(list.devices, [&](const wire::Device& device) {
    const auto elsewhere = store::peers::device_of_key(in, device.identity_key);
    return elsewhere && elsewhere->account_id != list.account_id;
  });
}

void forget_who_left(store::Transaction& in, const store::Peer& before, const wire::DeviceList& now) {
  for (const store::PeerDevice& device : before.devices) {
    const wire::Device* still = now.device(device.number);
    if (still == nullptr || still->identity_key != device.identity_key)
      store::sessions::remove(in, device.account_id, device.number);
  }
}

void tell_of_contact(store::Transaction& in, const store::Peer& before, const wire::CheckedIntroduction& next,
                     base::Timestamp now) {
  const wire::AccountId account = next.list.account_id;
  homes::note_list(in, account, before.held.list, next.list, now);
  if (!store::contacts::load(in, account)) return;
  const std::string name = name_of(in, account);
  if (next.certificate.epoch != before.held.certificate.epoch) {
    store::notices::keep_once(
        in, {.account = account,
             .kind = Kind::contact_succession,
             .words = name + " has renewed their account key with their recovery key. It is still " + name,
             .at = now});
  } else if (next.list.devices.size() != before.devices.size()) {
    store::notices::keep_once(in, {.account = account,
                                   .kind = Kind::contact_devices,
                                   .words = name + " uses " + std::to_string(next.list.devices.size()) +
                                            (next.list.devices.size() == 1 ? " device now" : " devices now"),
                                   .at = now});
  }
}

/// Checks, compares with what is held, and keeps. `tell` is asked before what is held is replaced.
template <class Tell>
Introduced apply(store::Transaction& in, const wire::Introduction& introduction, base::Timestamp now, Tell tell) {
  const auto checked = wire::check_introduction(introduction);
  if (!checked) return Introduced::is_unsound;
  const auto peer = store::peers::load(in, checked->list.account_id);
  if (peer) {
    if (checked->list.order == peer->held.list.order && checked->list_hash == peer->held.list_hash)
      return Introduced::is_held;
    if (contradicts(*checked, peer->held)) {
      const auto held = store::peers::introduction(in, checked->list.account_id);
      return fork(in, *peer, *held, introduction, now);
    }
    if (checked->list.order < peer->held.list.order) return Introduced::is_older;
  }
  const auto named = store::homes::load(in, checked->list.account_id);
  const bool is_below_link =
      named && std::tie(checked->list.order.links, checked->list.order.epoch) < std::tie(named->links, named->epoch);
  if (is_below_link) return Introduced::is_older;
  if (has_key_of_another(in, checked->list)) return Introduced::is_unsound;
  if (peer) {
    tell(*peer, *checked);
    forget_who_left(in, *peer, checked->list);
    if (checked->certificate.account_key != peer->held.certificate.account_key) {
      store::peers::keep_earlier_key(in, checked->list.account_id, peer->held.certificate.account_key,
                                     rotation::policy.earlier_key_counts_until(now));
    }
  }
  if (checked->list.previous.size() == 2)
    store::peers::heal_fork(in, checked->list.account_id, checked->list.previous[0], checked->list.previous[1]);
  store::peers::keep(in, introduction, *checked);
  if (!peer) homes::note_first(in, checked->list, now);
  return Introduced::is_new;
}

void tell_of_own(store::Transaction& in, const store::Peer& before, const wire::CheckedIntroduction& next,
                 base::Timestamp now) {
  const auto tell = [&](Kind kind, std::string words) {
    store::notices::keep(in, {.account = {}, .kind = kind, .words = std::move(words), .at = now});
  };
  if (next.certificate.epoch != before.held.certificate.epoch)
    tell(Kind::own_succession, "the account key was renewed with the recovery key");
  for (const wire::Device& device : next.list.devices) {
    const wire::Device* was = before.held.list.device(device.number);
    if (was == nullptr || was->identity_key != device.identity_key) {
      tell(Kind::own_device_added, "device " + std::to_string(device.number.value) +
                                       " was added to this account. If that was not you: `sotto device remove " +
                                       std::to_string(device.number.value) + "`");
    }
  }
  for (const wire::Device& device : before.held.list.devices) {
    const wire::Device* still = next.list.device(device.number);
    if (still == nullptr || still->identity_key != device.identity_key)
      tell(Kind::own_device_removed,
           "device " + std::to_string(device.number.value) + " was removed from this account");
  }
}

}  // namespace

Introduced apply_introduction(store::Transaction& in, const wire::Introduction& introduction, base::Timestamp now) {
  return apply(in, introduction, now, [&](const store::Peer& before, const wire::CheckedIntroduction& next) {
    tell_of_contact(in, before, next, now);
  });
}

Introduced apply_own(store::Transaction& in, const store::OwnAccount& own, const wire::Introduction& introduction,
                     base::Timestamp now) {
  const auto parsed = wire::rules::parse(introduction);
  if (!parsed || parsed->list.account_id != own.account_id) return Introduced::is_unsound;
  const Introduced outcome = apply(
      in, introduction, now,
      [&](const store::Peer& before, const wire::CheckedIntroduction& next) { tell_of_own(in, before, next, now); });
  if (outcome == Introduced::is_new || outcome == Introduced::is_held)
    store::own_account::note_numbers(in, parsed->list);
  if (outcome != Introduced::is_new) return outcome;
  store::own_account::set_introduction(in, introduction);
  if (own.account_key && own.account_key->public_key() != parsed->certificate.account_key)
    store::own_account::set_account_key(in, std::nullopt);  // what it signs counts no more
  const wire::Device* self = parsed->list.device(own.device);
  if (self != nullptr && self->identity_key == own.identity.public_key) return outcome;
  store::own_account::set_removed(in);
  store::notices::keep_once(in, {.account = {},
                                 .kind = Kind::this_device_removed,
                                 .words = "this device was removed from the account by another of its devices: it can "
                                          "neither send nor receive any more",
                                 .at = now});
  return outcome;
}

std::vector<store::PeerDevice> devices_to_reach(store::Transaction& in, const store::Peer& peer) {
  std::vector<store::PeerDevice> reached = peer.devices;
  for (const store::peers::Fork& fork : store::peers::standing_forks(in, peer.held.list.account_id)) {
    const auto other = wire::rules::parse(fork.other);
    if (!other) continue;
    std::erase_if(reached, [&](const store::PeerDevice& device) {
      const wire::Device* there = other->list.device(device.number);
      return there == nullptr || there->identity_key != device.identity_key;
    });
  }
  return reached;
}

void note_claim(store::Transaction& in, const wire::AccountId& account, wire::DeviceNumber device,
                const wire::ListView& view) {
  const auto peer = store::peers::load(in, account);
  if (!peer || view.order <= peer->held.list.order) return;
  store::peers::keep_claim(in, account, {.device = device, .order = view.order});
}

wire::ListView view_of(const wire::Introduction& introduction) {
  const auto parsed = wire::rules::parse(introduction);
  CHECK(parsed);
  return {.order = parsed->list.order, .list_hash = parsed->list_hash};
}

}  // namespace sotto::client

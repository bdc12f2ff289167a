#include "client/introductions.hpp"

#include <algorithm>

namespace sotto::client {

Introduced apply_introduction(store::Transaction& in, const wire::Introduction& introduction) {
  const auto checked = wire::check_introduction(introduction);
  if (!checked) return Introduced::is_unsound;
  const auto peer = store::peers::load(in, checked->list.account_id);
  if (peer) {
    const auto& held = peer->held;
    const bool is_same_place = checked->list.order == held.list.order;
    const bool is_same_epoch = checked->certificate.epoch == held.certificate.epoch;
    if (is_same_place && checked->list_hash == held.list_hash) return Introduced::is_held;
    if (is_same_place || (is_same_epoch && checked->certificate_hash != held.certificate_hash))
      return Introduced::is_fork;
    if (checked->list.order < held.list.order) return Introduced::is_older;
    const bool is_next = is_same_epoch && checked->list.order.version == held.list.order.version + 1;
    if (is_next && std::ranges::count(checked->list.previous, held.list_hash) == 0) return Introduced::is_fork;
  }
  // A key that another account's list has would make one person speak as two.
  for (const wire::Device& device : checked->list.devices) {
    const auto elsewhere = store::peers::device_of_key(in, device.identity_key);
    if (elsewhere && elsewhere->account_id != checked->list.account_id) return Introduced::is_unsound;
  }
  store::peers::keep(in, introduction, *checked);
  return Introduced::is_new;
}

}  // namespace sotto::client

#include "client/linking/offer.hpp"

#include <algorithm>

namespace sotto::client::linking {

Result<wire::CheckedIntroduction> check_offer(const wire::LinkOffer& offer, const crypto::PublicKey& identity,
                                              const std::string& server) {
  auto checked = wire::check_introduction(offer.introduction);
  if (!checked) return refused("the account that is offered does not verify: " + checked.error().text());
  const bool is_whole = checked->list.account_id == offer.account_id &&
                        checked->certificate_hash == offer.certificate_hash && checked->list_hash == offer.list_hash;
  if (!is_whole) return refused("the offer contradicts itself: nothing was linked");
  if (checked->list.home_server != server)
    return refused("the account that is offered lives at another server: nothing was linked");
  if (std::ranges::count(checked->list.devices, identity, &wire::Device::identity_key) == 0)
    return refused("who offers the account is no device of it: nothing was linked");
  return *std::move(checked);
}

Result<wire::CheckedIntroduction> check_listing(const wire::Introduction& introduction, const wire::LinkOffer& offer,
                                                const Expected& device) {
  auto checked = wire::check_introduction(introduction);
  if (!checked) return refused("the list does not verify: " + checked.error().text());
  const auto offered = wire::DeviceList::parse(offer.introduction.list.statement);
  CHECK(offered);
  const wire::DeviceList& list = checked->list;
  if (list.account_id != offer.account_id || checked->certificate_hash != offer.certificate_hash)
    return refused("the list is not of the account key that was offered");
  const bool is_later = list.order > offered->order;
  const bool is_next = list.order.version == offered->order.version + 1;
  if (!is_later || (is_next && std::ranges::count(list.previous, offer.list_hash) == 0))
    return refused("the list does not follow the one that was offered");
  const wire::Device* place = list.device(device.number);
  const bool is_named = place != nullptr && place->identity_key == device.identity_key &&
                        place->registration_id == device.registration_id && place->mailbox_id == offer.mailbox_id;
  if (!is_named) return refused("the list does not name this device");
  return *std::move(checked);
}

}  // namespace sotto::client::linking

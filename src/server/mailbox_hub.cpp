#include "server/mailbox_hub.hpp"

namespace sotto::server {
namespace {

void send_away(MailboxHub::Seat& seat, net::CloseReason reason) {
  seat.leave = std::move(reason);
  seat.changed.ring();
}

}  // namespace

std::shared_ptr<MailboxHub::Seat> MailboxHub::take(DeviceRow device) {
  auto seat = std::make_shared<Seat>(executor_);
  auto& place = seats_[device];
  if (place) send_away(*place, {.code = close_replaced, .text = "a newer connection of this device"});
  place = seat;
  return seat;
}

void MailboxHub::give_back(DeviceRow device, const std::shared_ptr<Seat>& seat) {
  const auto found = seats_.find(device);
  if (found != seats_.end() && found->second == seat) seats_.erase(found);
}

void MailboxHub::wake(DeviceRow device) {
  const auto found = seats_.find(device);
  if (found != seats_.end()) found->second->changed.ring();
}

void MailboxHub::send_all_away(net::CloseReason reason) {
  for (const auto& [device, seat] : seats_) send_away(*seat, reason);
}

}  // namespace sotto::server

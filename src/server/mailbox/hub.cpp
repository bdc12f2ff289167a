#include "server/mailbox/hub.hpp"

#include <algorithm>

#include "server/limits.hpp"

namespace sotto::server {
namespace {

constexpr std::size_t max_notices = 64;  // for a reader that doesn't read

void leave(Seat& seat, net::CloseReason reason) {
  seat.leave = std::move(reason);
  seat.change();
}

}  // namespace

bool Seat::has_room() const {
  return in_flight.size() < limits::window_envelopes && in_flight_bytes < limits::window_bytes;
}

std::size_t Seat::room() const {
  if (in_flight.empty()) return limits::window_bytes;
  return has_room() ? limits::window_bytes - in_flight_bytes : 0;
}

void Seat::put_in_window(Position position, std::size_t size) {
  in_flight.emplace(position, size);
  in_flight_bytes += size;
}

void Seat::take_out_of_window(Position position) {
  const auto found = in_flight.find(position);
  if (found == in_flight.end()) return;
  in_flight_bytes -= found->second;
  in_flight.erase(found);
}

std::shared_ptr<Seat> MailboxHub::take(DeviceRow device) {
  auto seat = std::make_shared<Seat>(device);
  auto& place = seats_[device.value];
  if (place) {
    place->is_live = false;
    leave(*place, {.code = close_replaced, .text = "a newer connection of this device"});
  }
  place = seat;
  return seat;
}

void MailboxHub::give_back(const std::shared_ptr<Seat>& seat) {
  const auto found = seats_.find(seat->device.value);
  if (found != seats_.end() && found->second == seat) seats_.erase(found);
}

std::shared_ptr<Seat> MailboxHub::find(DeviceRow device) const {
  const auto found = seats_.find(device.value);
  return found == seats_.end() ? nullptr : found->second;
}

void MailboxHub::wake(DeviceRow device) {
  if (const auto seat = find(device)) seat->change();
}

void MailboxHub::tell(DeviceRow device, wire::frames::ServerFrame frame) {
  const auto seat = find(device);
  if (!seat || seat->to_tell.size() >= max_notices) return;
  seat->to_tell.push_back(std::move(frame));
  seat->change();
}

void MailboxHub::send_away(DeviceRow device, net::CloseReason reason) {
  if (const auto seat = find(device)) leave(*seat, std::move(reason));
}

void MailboxHub::send_away_other_readers(DeviceRow device, const std::optional<base::Bytes<32>>& token_hash) {
  const auto seat = find(device);
  if (!seat || seat->deletes || (token_hash && seat->token_hash == *token_hash)) return;
  leave(*seat, {.code = close_token_gone, .text = "the receive-only token is no longer good"});
}

void MailboxHub::send_all_away(net::CloseReason reason) {
  for (const auto& [device, seat] : seats_) leave(*seat, reason);
}

}  // namespace sotto::server

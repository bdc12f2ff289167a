#include "server/storage/embedded/sender_parts.hpp"

#include <algorithm>

#include "server/limits.hpp"

namespace sotto::server {
namespace {

constexpr std::size_t max_parts = 8, max_queues = 100'000;  // of about 250 bytes each

DeviceRow queue_of(DeviceRow device, PermitClass permit_class) {
  return DeviceRow(device.value << 3 | static_cast<std::uint64_t>(permit_class));
}

/// Many small envelopes fill a share like few large ones: what one takes, in bytes.
std::uint64_t weight_of(const limits::Share& share, std::uint64_t envelopes, std::uint64_t bytes) {
  return std::max(bytes, envelopes * (share.bytes / share.envelopes));
}

}  // namespace

SenderParts::Part* SenderParts::find(Parts& parts, Sender sender) {
  const auto found = std::ranges::find(parts, sender, &Part::sender);
  return found == parts.end() ? nullptr : &*found;
}

bool SenderParts::has_room(DeviceRow device, PermitClass permit_class, Sender sender, std::size_t size) const {
  const limits::Share share = limits::share(permit_class);
  const auto queue = queues_.find(queue_of(device, permit_class));
  if (queue == queues_.end()) return true;
  const auto part = std::ranges::find(queue->second, sender, &Part::sender);
  return part == queue->second.end() || part->weight + weight_of(share, 1, size) <= share.bytes / share.senders;
}

void SenderParts::note(DeviceRow device, PermitClass permit_class, Sender sender, std::size_t size) {
  const limits::Share share = limits::share(permit_class);
  if (share.senders == 1 || sender == nobody_in_particular) return;
  if (queues_.size() >= max_queues) queues_.clear();
  Parts& parts = queues_[queue_of(device, permit_class)];
  Part* part = find(parts, sender);
  if (!part && parts.size() < max_parts) {
    part = &parts.emplace_back(Part{.sender = sender, .weight = 0});
  } else if (!part) {
    part = &*std::ranges::min_element(parts, {}, &Part::weight);
    part->sender = sender;
  }
  part->weight += weight_of(share, 1, size);
}

void SenderParts::bound(DeviceRow device, PermitClass permit_class, std::uint64_t envelopes, std::uint64_t bytes) {
  const auto queue = queues_.find(queue_of(device, permit_class));
  if (queue == queues_.end()) return;
  if (envelopes == 0) return void(queues_.erase(queue));
  const limits::Share share = limits::share(permit_class);
  const std::uint64_t most = bytes + envelopes * (share.bytes / share.envelopes);
  for (Part& part : queue->second) part.weight = std::min(part.weight, most);
}

}  // namespace sotto::server

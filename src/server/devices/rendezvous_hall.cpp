#include "server/devices/rendezvous_hall.hpp"

#include <algorithm>
#include <cstring>

#include "crypto/equal.hpp"
#include "server/limits.hpp"

namespace sotto::server {

std::size_t RendezvousHall::HashId::operator()(const Id& id) const {
  std::size_t first = 0;
  std::memcpy(&first, id.data(), sizeof first);
  return first;
}

std::optional<RendezvousHall::Opened> RendezvousHall::open() {
  drop_old();
  if (open_.size() >= limits::rendezvous) return std::nullopt;
  const Opened opened{.id = random_.bytes<16>(), .key = random_.bytes<16>()};
  open_.emplace(opened.id, Rendezvous{.host_key = opened.key,
                                      .guest_key = std::nullopt,
                                      .until = clock_.monotonic() + limits::rendezvous_life,
                                      .from_host = {},
                                      .from_guest = {}});
  return opened;
}

RendezvousHall::Joining RendezvousHall::join(const Id& id, Key& key) {
  Rendezvous* const found = find(id);
  if (!found) return Joining::unknown;
  if (found->guest_key) return Joining::taken;
  key = random_.bytes<16>();
  found->guest_key = key;
  return Joining::joined;
}

std::optional<RendezvousHall::Side> RendezvousHall::side_of(const Id& id, base::View key) {
  const Rendezvous* const found = find(id);
  if (!found) return std::nullopt;
  if (crypto::equal(found->host_key, key)) return Side::host;
  if (found->guest_key && crypto::equal(*found->guest_key, key)) return Side::guest;
  return std::nullopt;
}

RendezvousHall::Put RendezvousHall::put(const Id& id, Side from, base::Blob message) {
  Rendezvous* const found = find(id);
  if (!found) return Put::full;
  auto& messages = from == Side::host ? found->from_host : found->from_guest;
  if (!messages.empty() && messages.back() == message) return Put::done;  // a retry
  const bool is_full = found->from_host.size() + found->from_guest.size() >= limits::rendezvous_messages ||
                       bytes_ + message.size() > limits::rendezvous_bytes;
  if (is_full) return Put::full;
  found->bytes += message.size();
  bytes_ += message.size();
  messages.push_back(std::move(message));
  return Put::done;
}

std::optional<std::vector<base::Blob>> RendezvousHall::messages_for(const Id& id, Side to, std::size_t after) {
  const Rendezvous* const found = find(id);
  if (!found) return std::nullopt;
  const auto& messages = to == Side::host ? found->from_guest : found->from_host;
  const auto skip = static_cast<std::ptrdiff_t>(std::min(after, messages.size()));
  return std::vector<base::Blob>(messages.begin() + skip, messages.end());
}

void RendezvousHall::close(const Id& id) {
  const auto found = open_.find(id);
  if (found == open_.end()) return;
  bytes_ -= found->second.bytes;
  open_.erase(found);
}

RendezvousHall::Rendezvous* RendezvousHall::find(const Id& id) {
  drop_old();
  const auto found = open_.find(id);
  return found == open_.end() ? nullptr : &found->second;
}

void RendezvousHall::drop_old() {
  const net::Duration now = clock_.monotonic();
  std::erase_if(open_, [this, now](const auto& entry) {
    if (entry.second.until > now) return false;
    bytes_ -= entry.second.bytes;
    return true;
  });
}

}  // namespace sotto::server

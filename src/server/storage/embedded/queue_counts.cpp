#include "server/storage/embedded/queue_counts.hpp"

namespace sotto::server {
namespace {

constexpr std::size_t max_kept = 100'000;  // devices, of about 150 bytes each

}  // namespace

QueueCounts::Counts* QueueCounts::of(Database& database, DeviceRow device) {
  const auto found = counts_.find(device);
  if (found != counts_.end()) return &found->second;
  if (!Query(database, "SELECT 1 FROM devices WHERE id = ?", device.value).next()) return nullptr;
  if (counts_.size() >= max_kept) counts_.clear();
  Counts counts{};
  Query query(database, "SELECT class, count(*), sum(size) FROM envelopes WHERE device = ? GROUP BY class",
              device.value);
  while (query.next()) {
    counts.at(static_cast<std::size_t>(query.number(0))) = {.envelopes = static_cast<std::uint64_t>(query.number(1)),
                                                            .bytes = static_cast<std::uint64_t>(query.number(2))};
  }
  return &counts_.emplace(device, counts).first->second;
}

}  // namespace sotto::server

#include "server/rates.hpp"

namespace sotto::server {
namespace {

constexpr std::size_t max_buckets = 200'000;
constexpr auto forgotten_after = std::chrono::hours(1);  // of rest: by then every bucket of ours is full, or nearly

std::uint64_t key_of(Rates::Of what, std::uint64_t of_whom) {
  return (of_whom << 8) ^ static_cast<std::uint64_t>(what);
}

}  // namespace

unsigned Rates::take(Of what, std::uint64_t of_whom, Rate rate, double count) {
  const net::Duration now = clock_.monotonic();
  if (buckets_.size() >= max_buckets) drop_full(now);
  const auto place = buckets_.try_emplace(key_of(what, of_whom), Bucket::full(rate, now)).first;
  return place->second.take(rate, now, count);
}

void Rates::drop_full(net::Duration now) {
  std::erase_if(buckets_, [now](const auto& entry) { return now - entry.second.since > forgotten_after; });
  if (buckets_.size() >= max_buckets) buckets_.clear();  // better nobody waits than memory grows
}

}  // namespace sotto::server

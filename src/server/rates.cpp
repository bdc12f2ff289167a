#include "server/rates.hpp"

#include <algorithm>
#include <cmath>

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
  const auto [place, is_new] = buckets_.try_emplace(key_of(what, of_whom), Bucket{.level = rate.at_once, .since = now});
  Bucket& bucket = place->second;
  const double passed = std::chrono::duration<double>(now - bucket.since).count();
  bucket.level = std::min(rate.at_once, bucket.level + passed * rate.a_second);
  bucket.since = now;
  if (bucket.level >= count) {
    bucket.level -= count;
    return 0;
  }
  return static_cast<unsigned>(std::clamp(std::ceil((count - bucket.level) / rate.a_second), 1.0, 86'400.0));
}

void Rates::drop_full(net::Duration now) {
  std::erase_if(buckets_, [now](const auto& entry) { return now - entry.second.since > forgotten_after; });
  if (buckets_.size() >= max_buckets) buckets_.clear();  // better nobody waits than memory grows
}

}  // namespace sotto::server

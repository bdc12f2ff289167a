#include "server/strangers/stranger_buckets.hpp"

namespace sotto::server {
namespace {

std::uint64_t name_of(limits::Deed deed, Stranger stranger) {
  return (stranger.value ^ (static_cast<std::uint64_t>(deed) * 0x9E3779B97F4A7C15ull)) | 1;
}

std::size_t row_of(std::uint64_t name, std::size_t rows) { return static_cast<std::size_t>(name >> 32) % rows; }

}  // namespace

unsigned StrangerBuckets::wait_for(limits::Deed deed, Stranger stranger, net::Duration now) const {
  const std::uint64_t name = name_of(deed, stranger);
  for (const Place& place : rows_[row_of(name, rows)]) {
    if (place.name == name) return place.bucket.wait_for(limits::allowance(deed).one, now, 1);
  }
  return 0;
}

unsigned StrangerBuckets::take(limits::Deed deed, Stranger stranger, net::Duration now, double count) {
  const std::uint64_t name = name_of(deed, stranger);
  const Rate rate = limits::allowance(deed).one;
  Row& row = rows_[row_of(name, rows)];
  const auto known = std::ranges::find(row, name, &Place::name);
  if (known != row.end()) return known->bucket.take(rate, now, count);
  // Who was not seen for longest makes room: it has the least to lose.
  const auto oldest = std::ranges::min_element(row, {}, [](const Place& place) { return place.bucket.since; });
  *oldest = {.name = name, .bucket = Bucket::full(rate, now)};
  return oldest->bucket.take(rate, now, count);
}

}  // namespace sotto::server

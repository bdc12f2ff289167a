#pragma once
#include <cstdint>
#include <unordered_map>

#include "server/bucket.hpp"

namespace sotto::server {

/// Token buckets, in memory: how often something may be done, over time and in a burst. A restart fills them.
class Rates {
 public:
  explicit Rates(net::Clock& clock) : clock_(clock) {}

  enum class Of : std::uint8_t {
    sends,
    sends_of_one,
    knocks,
    bundles,
    look_ups,
    acts,
    devices,
    backups,
    groups,
    group_states
  };

  /// Takes `count` if they are there.
  /// returns  0, or after how many seconds they would be
  unsigned take(Of what, std::uint64_t of_whom, Rate rate, double count = 1);

 private:
  void drop_full(net::Duration now);

  net::Clock& clock_;
  std::unordered_map<std::uint64_t, Bucket> buckets_;
};

}  // namespace sotto::server

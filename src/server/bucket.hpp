#pragma once
#include <algorithm>
#include <cmath>

#include "net/clock.hpp"

namespace sotto::server {

/// How often something may be done, over time and in a burst.
struct Rate {
  double a_second;
  double at_once;
};

/// What is left of a rate: a token bucket.
struct Bucket {
  double level;
  net::Duration since;

  static Bucket full(const Rate& rate, net::Duration now) { return {.level = rate.at_once, .since = now}; }

  /// returns  0, or after how many seconds so much would be there
  unsigned wait_for(const Rate& rate, net::Duration now, double count) const {
    const double there = level_at(rate, now);
    if (there >= count) return 0;
    return static_cast<unsigned>(std::clamp(std::ceil((count - there) / rate.a_second), 1.0, 86'400.0));
  }
  /// The same; takes it if it is there.
  unsigned take(const Rate& rate, net::Duration now, double count) {
    const unsigned wait = wait_for(rate, now, count);
    *this = {.level = level_at(rate, now) - (wait == 0 ? count : 0), .since = now};
    return wait;
  }

 private:
  double level_at(const Rate& rate, net::Duration now) const {
    const double passed = std::chrono::duration<double>(now - since).count();
    return std::min(rate.at_once, level + passed * rate.a_second);
  }
};

}  // namespace sotto::server

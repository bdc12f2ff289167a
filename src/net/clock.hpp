#pragma once
#include <chrono>

#include "base/time.hpp"

namespace sotto::net {

using Duration = std::chrono::milliseconds;

/// What time it is: the calendar's, which may jump, and a monotonic one, which never goes back.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual base::Timestamp now() = 0;
  virtual Duration monotonic() = 0;  // since a moment that stays the same while the program runs
};

}  // namespace sotto::net

#pragma once
#include <functional>
#include <memory>
#include <optional>

#include "net/timer.hpp"

namespace sotto::net {

/// Cuts something short unless it is done in time. To set and to lift it, again and again for each message, costs a
/// number: one alarm at a time looks after it, and comes again where it was early. A Deadline and what it strikes end
/// together.
class Deadline {
 public:
  Deadline(Timer& timer, std::function<void()> strike) : timer_(timer), strike_(std::move(strike)) {}
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  void set(Duration from_now);
  void lift() { until_.reset(); }
  /// The same, and nothing is kept for a next time.
  void rest();

 private:
  void arm(Duration from_now);
  void look();

  Timer& timer_;
  std::function<void()> strike_;
  std::optional<Duration> until_;
  Duration armed_until_{0};
  std::unique_ptr<Timer::Alarm> alarm_;
};

}  // namespace sotto::net

#include "net/deadline.hpp"

namespace sotto::net {

void Deadline::set(Duration from_now) {
  until_ = timer_.elapsed() + from_now;
  if (!alarm_ || armed_until_ > *until_) arm(from_now);
}

void Deadline::rest() {
  until_.reset();
  alarm_.reset();
}

void Deadline::arm(Duration from_now) {
  armed_until_ = timer_.elapsed() + from_now;
  alarm_ = timer_.after(from_now, [this] { look(); });
}

void Deadline::look() {
  if (!until_) return alarm_.reset();
  const Duration left = *until_ - timer_.elapsed();
  if (left > Duration(0)) return arm(left);
  until_.reset();
  const auto strike = strike_;  // it may be the end of us
  alarm_.reset();
  strike();
}

}  // namespace sotto::net

#include "net/system_time.hpp"

#include <boost/asio/steady_timer.hpp>

namespace sotto::net {
namespace {

class SystemAlarm final : public Timer::Alarm {
 public:
  SystemAlarm(asio::any_io_executor executor, Duration from_now, std::function<void()> ring)
      : timer_(executor, from_now), ring_(std::make_shared<std::function<void()>>(std::move(ring))) {
    // A wait that has already completed can't be cancelled any more, hence the weak pointer: dead alarms stay silent.
    timer_.async_wait([ring = std::weak_ptr(ring_)](boost::system::error_code cancelled) {
      const auto alive = ring.lock();
      if (!cancelled && alive) (*alive)();
    });
  }

 private:
  asio::steady_timer timer_;
  std::shared_ptr<std::function<void()>> ring_;  // shared with the wait while it calls
};

}  // namespace

base::Timestamp SystemClock::now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return {.ms = std::chrono::duration_cast<Duration>(since).count()};
}

Duration SystemClock::monotonic() {
  return std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch());
}

Duration SystemTimer::elapsed() { return SystemClock().monotonic(); }

std::unique_ptr<Timer::Alarm> SystemTimer::after(Duration from_now, std::function<void()> ring) {
  return std::make_unique<SystemAlarm>(executor_, from_now, std::move(ring));
}

}  // namespace sotto::net

#include "net/memory/virtual_time.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>

namespace sotto::net {

struct VirtualTime::Pending {
  std::multimap<Duration, Call*> calls;
};

class VirtualTime::Call final : public Timer::Alarm {
 public:
  Call(std::shared_ptr<Pending> pending, Duration at, std::function<void()> ring)
      : pending_(std::move(pending)), at_(at), ring_(std::make_shared<std::function<void()>>(std::move(ring))) {
    pending_->calls.emplace(at_, this);
  }
  ~Call() override { forget(); }
  void forget() {
    const auto [from, to] = pending_->calls.equal_range(at_);
    for (auto it = from; it != to; ++it) {
      if (it->second == this) {
        pending_->calls.erase(it);
        return;
      }
    }
  }
  std::weak_ptr<std::function<void()>> ring() const { return ring_; }

 private:
  std::shared_ptr<Pending> pending_;
  Duration at_;
  std::shared_ptr<std::function<void()>> ring_;  // shared with a call that is being made
};

VirtualTime::VirtualTime(asio::io_context& io, base::Timestamp start)
    : io_(io), start_(start), pending_(std::make_shared<Pending>()) {}
VirtualTime::~VirtualTime() = default;

std::unique_ptr<Timer::Alarm> VirtualTime::after(Duration from_now, std::function<void()> ring) {
  const auto at = elapsed_ + std::max(from_now, Duration(0));
  return std::make_unique<Call>(pending_, at, std::move(ring));
}

void VirtualTime::also_wait_while(std::function<bool()> is_busy) { busy_.push_back(std::move(is_busy)); }

bool VirtualTime::run_ready() {
  io_.restart();
  if (io_.poll_one() > 0) return true;
  const bool is_busy = std::ranges::any_of(busy_, [](const auto& claim) { return claim(); });
  // Whoever was busy posts its result before it says that it is done, so a last look finds it.
  io_.restart();
  if (is_busy) return io_.run_one_for(std::chrono::milliseconds(1)), true;
  return io_.poll_one() > 0;
}

bool VirtualTime::run_until(std::function<bool()> done, Duration at_most) {
  const auto end = elapsed_ + at_most;
  while (!done()) {
    if (run_ready()) continue;
    const auto next = pending_->calls.begin();
    if (next == pending_->calls.end()) return false;
    if (next->first > end) {
      elapsed_ = end;
      return done();
    }
    elapsed_ = std::max(elapsed_, next->first);
    const auto ring = next->second->ring();
    next->second->forget();
    asio::post(io_, [ring] {
      if (const auto alive = ring.lock()) (*alive)();
    });
  }
  return true;
}

void VirtualTime::run_for(Duration time) {
  const auto end = elapsed_ + time;
  run_until([] { return false; }, time);
  elapsed_ = end;
}

void VirtualTime::settle() {
  while (run_ready()) {
  }
}

}  // namespace sotto::net

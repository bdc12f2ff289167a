#pragma once
#include <memory>

#include "net/timer.hpp"

namespace sotto::net {

/// One coroutine waits, others wake it. A ring() while nobody waits is kept for the next wait (one, not a count).
/// At most one coroutine waits at a time; after a wait it looks again at what it waited for.
class Event {
 public:
  explicit Event(asio::any_io_executor executor);
  ~Event();
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  void ring();
  asio::awaitable<void> wait();
  /// returns  true if it was rung, false if the time passed first
  asio::awaitable<bool> wait_for(Timer& timer, Duration at_most);

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the wait under way, which may end after us
};

}  // namespace sotto::net

#pragma once
#include <functional>
#include <memory>

#include "net/awaitable.hpp"
#include "net/clock.hpp"

namespace sotto::net {

/// Calls back later.
class Timer {
 public:
  /// A call that is still to come. Its death takes the call back.
  class Alarm {
   public:
    virtual ~Alarm() = default;
  };

  virtual ~Timer() = default;
  virtual asio::any_io_executor executor() = 0;
  /// Time that never goes back, since a moment that stays the same.
  virtual Duration elapsed() = 0;
  /// Calls `ring` once, on executor(), never before `from_now` has passed and never from within after().
  [[nodiscard]] virtual std::unique_ptr<Alarm> after(Duration from_now, std::function<void()> ring) = 0;

  /// Waits. A sleep that may have to end early is Event::wait_for.
  asio::awaitable<void> sleep(Duration from_now);
};

}  // namespace sotto::net

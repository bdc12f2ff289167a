#pragma once
#include <list>
#include <memory>

#include "net/event.hpp"

namespace sotto::net {

/// One coroutine at a time, first come, first served.
class Turns {
  struct State;

 public:
  /// Ends with its owner, and the next one goes on.
  class Turn {
   public:
    Turn() = default;  // nobody's
    explicit Turn(std::shared_ptr<State> state) : state_(std::move(state)) {}
    ~Turn();
    Turn(Turn&& from) noexcept = default;
    Turn& operator=(Turn&&) = delete;

   private:
    std::shared_ptr<State> state_;
  };

  explicit Turns(asio::any_io_executor executor);
  asio::awaitable<Turn> take();

 private:
  std::shared_ptr<State> state_;  // shared with those who wait or have their turn
};

}  // namespace sotto::net

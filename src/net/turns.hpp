#pragma once
#include <deque>
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
    explicit Turn(std::shared_ptr<State> state) : state_(std::move(state)) {}
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    std::shared_ptr<State> state_;
  };

  explicit Turns(asio::any_io_executor executor);
  asio::awaitable<std::unique_ptr<Turn>> take();

 private:
  std::shared_ptr<State> state_;  // shared with those who wait or have their turn
};

}  // namespace sotto::net

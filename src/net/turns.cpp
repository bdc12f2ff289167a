#include "net/turns.hpp"

namespace sotto::net {

struct Turns::State {
  asio::any_io_executor executor;
  std::list<std::shared_ptr<Event>> waiting = {};  // no deque: an empty one holds 600 bytes
  bool is_taken = false;
};

Turns::Turns(asio::any_io_executor executor)
    : state_(std::make_shared<State>(State{.executor = std::move(executor)})) {}

Turns::Turn::~Turn() {
  if (!state_) return;
  if (state_->waiting.empty()) {
    state_->is_taken = false;
    return;
  }
  const auto next = std::move(state_->waiting.front());  // it is taken for the next one, without a gap
  state_->waiting.pop_front();
  next->ring();
}

asio::awaitable<Turns::Turn> Turns::take() {
  const auto state = state_;
  if (state->is_taken) {
    const auto called = std::make_shared<Event>(state->executor);
    state->waiting.push_back(called);
    co_await called->wait();
  }
  state->is_taken = true;
  Turn turn(state);
  co_return turn;
}

}  // namespace sotto::net

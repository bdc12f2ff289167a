#include "net/event.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/check.hpp"
#include "net/parked.hpp"

namespace sotto::net {

using Woken = Handler<bool>;

struct Event::State {
  explicit State(asio::any_io_executor on) : executor(std::move(on)), waiting(executor) {}

  void start(Woken handler) {
    CHECK(!waiting);
    waiting.park(std::move(handler));
    if (was_rung) end(true);
  }
  void end(bool by_ring) {
    if (!waiting) return;
    if (by_ring) was_rung = false;
    ++waits_ended;
    Woken handler = waiting.take();
    asio::post(executor, [handler = std::move(handler), by_ring]() mutable { std::move(handler)(by_ring); });
  }

  asio::any_io_executor executor;
  Parked<bool> waiting;
  bool was_rung = false;
  std::uint64_t waits_ended = 0;
};

namespace {

template <class State>
asio::awaitable<bool> wait_on(std::shared_ptr<State> state) {
  // A plain pointer: g++ 12 destroys what a lambda owns twice when it stands in a co_await. `state` lives in our frame.
  State* const waits = state.get();
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(bool)>(
      [waits](auto handler) { waits->start(Woken(std::move(handler))); }, asio::use_awaitable);
}

}  // namespace

Event::Event(asio::any_io_executor executor) : state_(std::make_shared<State>(std::move(executor))) {}
Event::~Event() { state_->end(false); }

void Event::ring() {
  state_->was_rung = true;
  state_->end(true);
}

asio::awaitable<void> Event::wait() { co_await wait_on(state_); }

asio::awaitable<bool> Event::wait_for(Timer& timer, Duration at_most) {
  const auto state = state_;
  const auto alarm = timer.after(at_most, [state, wait = state->waits_ended] {
    if (state->waits_ended == wait) state->end(false);
  });
  co_return co_await wait_on(state);
}

asio::awaitable<void> Timer::sleep(Duration from_now) {
  Event never(executor());
  co_await never.wait_for(*this, from_now);
}

}  // namespace sotto::net

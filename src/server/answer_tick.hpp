#pragma once
#include <deque>
#include <memory>

#include "net/handler.hpp"
#include "net/timer.hpp"

namespace sotto::server {

/// When anonymous answers leave: a fixed time after their request came, however soon they were ready, so that their
/// time doesn't tell who is online (design, section 6). What takes longer leaves after the next multiple.
class AnswerTick {
 public:
  AnswerTick(net::Timer& timer, net::Clock& clock, net::Duration tick) : timer_(timer), clock_(clock), tick_(tick) {}
  AnswerTick(const AnswerTick&) = delete;
  AnswerTick& operator=(const AnswerTick&) = delete;

  net::Duration now() const { return clock_.monotonic(); }
  net::asio::awaitable<void> wait(net::Duration arrived);

 private:
  struct Waiting {
    net::Duration until;
    net::Handler<> go_on;
  };
  void enqueue(net::Duration until, net::Handler<> go_on);
  void arm();
  void release();

  net::Timer& timer_;
  net::Clock& clock_;
  net::Duration tick_;
  std::deque<Waiting> waiting_;  // ascending: one alarm serves all of them
  std::unique_ptr<net::Timer::Alarm> alarm_;
};

}  // namespace sotto::server

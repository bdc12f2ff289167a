#include "server/answer_tick.hpp"

#include <algorithm>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace sotto::server {

namespace asio = boost::asio;

asio::awaitable<void> AnswerTick::wait(net::Duration arrived) {
  const auto passed = clock_.monotonic() - arrived;
  const auto until = arrived + tick_ * (std::max<net::Duration::rep>(passed / tick_, 0) + 1);
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(
      [this, until](auto handler) { enqueue(until, net::Handler<>(std::move(handler))); }, asio::use_awaitable);
}

void AnswerTick::enqueue(net::Duration until, net::Handler<> go_on) {
  const auto place = std::ranges::upper_bound(waiting_, until, {}, &Waiting::until);
  const bool is_first = place == waiting_.begin();
  waiting_.insert(place, Waiting{.until = until, .go_on = std::move(go_on)});
  if (is_first) arm();
}

void AnswerTick::arm() {
  alarm_ = timer_.after(std::max(net::Duration(0), waiting_.front().until - clock_.monotonic()), [this] { release(); });
}

void AnswerTick::release() {
  const net::Duration now = clock_.monotonic();
  std::vector<net::Handler<>> due;
  while (!waiting_.empty() && waiting_.front().until <= now) {
    due.push_back(std::move(waiting_.front().go_on));
    waiting_.pop_front();
  }
  if (!waiting_.empty()) arm();
  for (net::Handler<>& go_on : due) go_on();
}

}  // namespace sotto::server

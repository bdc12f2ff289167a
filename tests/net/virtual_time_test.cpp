#include "net/memory/virtual_time.hpp"

#include <gtest/gtest.h>

#include "net/event.hpp"
#include "net/memory/run.hpp"
#include "net/turns.hpp"

namespace sotto::net {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

struct VirtualTimeTest : testing::Test {
  asio::io_context io;
  VirtualTime time{io};
};

TEST_F(VirtualTimeTest, LeapsToTheNextAlarmWhenNothingElseCanRun) {
  std::vector<int> order;
  const auto late = time.after(hours(2), [&] { order.push_back(2); });
  const auto early = time.after(hours(1), [&] { order.push_back(1); });
  EXPECT_TRUE(time.run_until([&] { return order.size() == 2; }));
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
  EXPECT_EQ(time.monotonic(), hours(2));
}

TEST_F(VirtualTimeTest, NeverRingsAnAlarmThatHasDied) {
  bool has_rung = false;
  auto alarm = time.after(seconds(1), [&] { has_rung = true; });
  alarm.reset();
  time.run_for(seconds(5));
  EXPECT_FALSE(has_rung);
  EXPECT_EQ(time.monotonic(), seconds(5));
}

TEST_F(VirtualTimeTest, MovesTheCalendarAndTheMonotonicClockTogether) {
  const auto before = time.now();
  time.run_for(seconds(3));
  EXPECT_EQ(time.now().ms - before.ms, 3000);
}

asio::awaitable<void> sleep_twice(Timer& timer, int& count) {
  co_await timer.sleep(seconds(10));
  ++count;
  co_await timer.sleep(seconds(10));
  ++count;
}

TEST_F(VirtualTimeTest, LetsCoroutinesSleep) {
  int count = 0;
  spawn(io.get_executor(), sleep_twice(time, count));
  time.run_for(seconds(15));
  EXPECT_EQ(count, 1);
  time.run_for(seconds(15));
  EXPECT_EQ(count, 2);
}

asio::awaitable<bool> wait_for(Event& event, Timer& timer) { co_return co_await event.wait_for(timer, seconds(10)); }

TEST_F(VirtualTimeTest, EndsAWaitByItsEventOrByItsTime) {
  Event event(io.get_executor());
  EXPECT_FALSE(run(time, wait_for(event, time)));
  const auto alarm = time.after(seconds(1), [&] { event.ring(); });
  EXPECT_TRUE(run(time, wait_for(event, time)));
  EXPECT_EQ(time.monotonic(), seconds(11));
}

TEST_F(VirtualTimeTest, KeepsARingForTheNextWait) {
  Event event(io.get_executor());
  event.ring();
  EXPECT_TRUE(run(time, wait_for(event, time)));
  EXPECT_FALSE(run(time, wait_for(event, time)));
}

asio::awaitable<void> take_turn(Turns& turns, Timer& timer, int who, std::vector<int>& order) {
  const auto turn = co_await turns.take();
  order.push_back(who);
  co_await timer.sleep(seconds(1));
  order.push_back(who);
}

TEST_F(VirtualTimeTest, GivesTurnsInTheOrderInWhichTheyWereAskedFor) {
  Turns turns(io.get_executor());
  std::vector<int> order;
  for (int who = 0; who < 3; ++who) spawn(io.get_executor(), take_turn(turns, time, who, order));
  time.run_for(seconds(10));
  EXPECT_EQ(order, (std::vector<int>{0, 0, 1, 1, 2, 2}));
}

}  // namespace
}  // namespace sotto::net

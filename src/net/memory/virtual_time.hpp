#pragma once
#include <boost/asio/io_context.hpp>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "net/timer.hpp"

namespace sotto::net {

/// Time for tests: it stands still while anything can run, and leaps to the next alarm when nothing can.
class VirtualTime final : public Clock, public Timer {
 public:
  explicit VirtualTime(asio::io_context& io, base::Timestamp start = {.ms = 1'800'000'000'000});
  ~VirtualTime() override;

  base::Timestamp now() override { return {.ms = start_.ms + elapsed_.count()}; }
  Duration monotonic() override { return elapsed_; }
  Duration elapsed() override { return elapsed_; }
  asio::any_io_executor executor() override { return io_.get_executor(); }
  std::unique_ptr<Alarm> after(Duration from_now, std::function<void()> ring) override;

  /// While `is_busy` says so, another thread is at work for this io_context and time does not move.
  void also_wait_while(std::function<bool()> is_busy);

  /// Runs until `done`, or until `at_most` of virtual time has passed, or nothing is left that could happen.
  /// returns  whether it was done
  bool run_until(std::function<bool()> done, Duration at_most = std::chrono::hours(24));
  /// Runs everything that happens in this time; the clock ends exactly there.
  void run_for(Duration time);
  /// Runs everything that can happen without time passing.
  void settle();

 private:
  class Call;
  struct Pending;
  bool run_ready();  // whether anything ran

  asio::io_context& io_;
  base::Timestamp start_;
  Duration elapsed_{0};
  std::shared_ptr<Pending> pending_;  // shared with alarms, which may outlive us
  std::vector<std::function<bool()>> busy_;
};

}  // namespace sotto::net

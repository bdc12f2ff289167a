#pragma once
#include "net/timer.hpp"

namespace sotto::net {

class SystemClock final : public Clock {
 public:
  base::Timestamp now() override;
  Duration monotonic() override;
};

class SystemTimer final : public Timer {
 public:
  explicit SystemTimer(asio::any_io_executor executor) : executor_(std::move(executor)) {}
  asio::any_io_executor executor() override { return executor_; }
  Duration elapsed() override;
  std::unique_ptr<Alarm> after(Duration from_now, std::function<void()> ring) override;

 private:
  asio::any_io_executor executor_;
};

}  // namespace sotto::net

#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <memory>

#include "net/awaitable.hpp"
#include "net/handler.hpp"

namespace sotto::net {

class ParkedBase {
 public:
  virtual ~ParkedBase() = default;
  virtual void drop() = 0;
};

/// Registers with the executor's io_context, which drops what is still registered when it dies, as it does with
/// everything else that waits. Without that a coroutine which waits for an object that it owns itself would never be
/// destroyed.
void enrol(const asio::any_io_executor& executor, ParkedBase* parked);
void strike_off(const asio::any_io_executor& executor, ParkedBase* parked);

/// A handler that waits for something else than Asio. Asio's context must outlive it.
template <class... Arguments>
class Parked final : public ParkedBase {
 public:
  explicit Parked(asio::any_io_executor executor) : executor_(std::move(executor)) {}
  ~Parked() override {
    if (handler_) strike_off(executor_, this);
  }
  Parked(const Parked&) = delete;
  Parked& operator=(const Parked&) = delete;

  explicit operator bool() const { return static_cast<bool>(handler_); }
  void park(Handler<Arguments...> handler) {
    handler_ = std::move(handler);
    enrol(executor_, this);
  }
  Handler<Arguments...> take() {
    strike_off(executor_, this);
    return std::move(handler_);
  }
  void drop() override { const auto dies_last = std::move(handler_); }  // it may own us

 private:
  asio::any_io_executor executor_;
  Handler<Arguments...> handler_;
};

}  // namespace sotto::net

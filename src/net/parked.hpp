#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <memory>

#include "net/awaitable.hpp"
#include "net/handler.hpp"

namespace sotto::net {

/// A link of the chain of all that is parked in one io_context.
class ParkedBase {
 public:
  virtual ~ParkedBase() = default;
  virtual void drop() = 0;

 private:
  friend class ParkedService;
  ParkedBase* previous_ = nullptr;
  ParkedBase* next_ = nullptr;
};

class ParkedService;
/// What keeps the chain of the executor's io_context, and drops what is still in it when that dies, as it does with
/// everything else that waits. Without that a coroutine which waits for an object that it owns itself would never be
/// destroyed.
ParkedService& parked_service(const asio::any_io_executor& executor);
void enrol(ParkedService& service, ParkedBase* parked);
void strike_off(ParkedService& service, ParkedBase* parked);

/// A handler that waits for something else than Asio. Asio's context must outlive it.
template <class... Arguments>
class Parked final : public ParkedBase {
 public:
  explicit Parked(const asio::any_io_executor& executor) : service_(parked_service(executor)) {}
  ~Parked() override {
    if (handler_) strike_off(service_, this);
  }
  Parked(const Parked&) = delete;
  Parked& operator=(const Parked&) = delete;

  explicit operator bool() const { return static_cast<bool>(handler_); }
  void park(Handler<Arguments...> handler) {
    handler_ = std::move(handler);
    enrol(service_, this);
  }
  Handler<Arguments...> take() {
    strike_off(service_, this);
    return std::move(handler_);
  }
  void drop() override { const auto dies_last = std::move(handler_); }  // it may own us

 private:
  ParkedService& service_;
  Handler<Arguments...> handler_;
};

}  // namespace sotto::net

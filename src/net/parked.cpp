#include "net/parked.hpp"

#include <boost/asio/execution_context.hpp>

namespace sotto::net {

class ParkedService final : public asio::execution_context::service {
 public:
  using key_type = ParkedService;
  static inline asio::execution_context::id id;
  explicit ParkedService(asio::execution_context& context) : service(context) {}

  void shutdown() override {
    is_shut_down_ = true;
    while (first_) {
      ParkedBase* const first = first_;
      remove(first);
      first->drop();
    }
  }

  void add(ParkedBase* parked) {
    if (is_shut_down_) return parked->drop();
    parked->previous_ = nullptr;
    parked->next_ = first_;
    if (first_) first_->previous_ = parked;
    first_ = parked;
  }

  /// Nothing happens to one that is not in the chain.
  void remove(ParkedBase* parked) {
    if (parked->previous_) {
      parked->previous_->next_ = parked->next_;
    } else if (first_ == parked) {
      first_ = parked->next_;
    } else {
      return;
    }
    if (parked->next_) parked->next_->previous_ = parked->previous_;
    parked->previous_ = parked->next_ = nullptr;
  }

 private:
  ParkedBase* first_ = nullptr;
  bool is_shut_down_ = false;
};

ParkedService& parked_service(const asio::any_io_executor& executor) {
  return asio::use_service<ParkedService>(asio::query(executor, asio::execution::context));
}

void enrol(ParkedService& service, ParkedBase* parked) { service.add(parked); }
void strike_off(ParkedService& service, ParkedBase* parked) { service.remove(parked); }

}  // namespace sotto::net

#include "net/parked.hpp"

#include <boost/asio/execution_context.hpp>
#include <set>

namespace sotto::net {
namespace {

class ParkedService final : public asio::execution_context::service {
 public:
  using key_type = ParkedService;
  static inline asio::execution_context::id id;
  explicit ParkedService(asio::execution_context& context) : service(context) {}

  void shutdown() override {
    is_shut_down = true;
    while (!parked.empty()) {
      ParkedBase* const first = *parked.begin();
      parked.erase(parked.begin());
      first->drop();
    }
  }

  std::set<ParkedBase*> parked;
  bool is_shut_down = false;
};

ParkedService& service_of(const asio::any_io_executor& executor) {
  return asio::use_service<ParkedService>(asio::query(executor, asio::execution::context));
}

}  // namespace

void enrol(const asio::any_io_executor& executor, ParkedBase* parked) {
  ParkedService& service = service_of(executor);
  if (service.is_shut_down) return parked->drop();
  service.parked.insert(parked);
}

void strike_off(const asio::any_io_executor& executor, ParkedBase* parked) {
  service_of(executor).parked.erase(parked);
}

}  // namespace sotto::net

#include "server/storage/embedded/acts/embedded_acts.hpp"

namespace sotto::server {

asio::awaitable<Stored<ActOutcome>> EmbeddedActs::replace_list(ListChange change) {
  std::function<ActOutcome(Database&)> work = [&counts = counts_, change = std::move(change)](Database& database) {
    return tables::replace_list(database, counts, change);
  };
  cache_.forget_all();
  auto outcome = co_await engine_.writer.run(std::move(work));
  cache_.forget_all();
  co_return outcome;
}

asio::awaitable<Stored<Returned>> EmbeddedActs::return_device(LostDevice device) {
  std::function<Returned(Database&)> work = [device = std::move(device)](Database& database) {
    return tables::return_device(database, device);
  };
  auto outcome = co_await engine_.writer.run(std::move(work));
  cache_.forget_all();
  co_return outcome;
}

asio::awaitable<Stored<ActOutcome>> EmbeddedActs::remove_account(ActOn act, base::Day on) {
  std::function<ActOutcome(Database&)> work = [&counts = counts_, act = std::move(act), on](Database& database) {
    return tables::delete_account(database, counts, act, on);
  };
  cache_.forget_all();
  auto outcome = co_await engine_.writer.run(std::move(work));
  cache_.forget_all();
  co_return outcome;
}

}  // namespace sotto::server

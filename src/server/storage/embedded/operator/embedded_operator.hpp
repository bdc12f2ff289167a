#pragma once
#include "server/storage/embedded/directory_cache.hpp"
#include "server/storage/embedded/engine.hpp"
#include "server/storage/embedded/operator/operator_tables.hpp"

namespace sotto::server {

class EmbeddedOperator final : public OperatorStorage {
 public:
  EmbeddedOperator(Engine engine, DirectoryCache& cache, QueueCounts& counts)
      : engine_(engine), cache_(cache), counts_(counts) {}

  asio::awaitable<Stored<std::optional<Disclosure>>> disclose(wire::AccountId account) override {
    return engine_.read(tables::disclose, account);
  }
  asio::awaitable<Stored<StorageStats>> stats() override { return engine_.read(tables::stats); }
  asio::awaitable<Stored<std::vector<AccountSummary>>> accounts(std::size_t skip, std::size_t max) override {
    return engine_.read(tables::summaries, skip, max);
  }
  asio::awaitable<Stored<std::optional<std::vector<DeviceRow>>>> remove(wire::AccountId account,
                                                                        base::Day today) override {
    std::function<std::optional<std::vector<DeviceRow>>(Database&)> work = [&counts = counts_, account,
                                                                            today](Database& database) {
      return tables::remove_by_operator(database, counts, account, today);
    };
    cache_.forget_all();
    auto removed = co_await engine_.writer.run(std::move(work));
    cache_.forget_all();
    co_return removed;
  }

 private:
  Engine engine_;
  DirectoryCache& cache_;
  QueueCounts& counts_;  // of the writer's thread
};

}  // namespace sotto::server

#pragma once
#include "server/storage/embedded/acts/act_tables.hpp"
#include "server/storage/embedded/directory_cache.hpp"
#include "server/storage/embedded/engine.hpp"

namespace sotto::server {

class EmbeddedActs final : public ActStorage {
 public:
  EmbeddedActs(Engine engine, DirectoryCache& cache, QueueCounts& counts)
      : engine_(engine), cache_(cache), counts_(counts) {}

  asio::awaitable<Stored<ActOutcome>> replace_list(ListChange change) override;
  asio::awaitable<Stored<Returned>> return_device(LostDevice device) override;
  asio::awaitable<Stored<ActOutcome>> rename(NameChange change) override {
    return engine_.write(tables::rename, std::move(change));
  }
  asio::awaitable<Stored<ActOutcome>> remove_account(ActOn act, base::Day on) override;
  asio::awaitable<Stored<ActOutcome>> keep_account(ActOn act) override {
    return engine_.write(tables::keep_account, std::move(act));
  }
  asio::awaitable<Stored<bool>> is_used(base::Bytes<32> challenge) override {
    return engine_.read(tables::is_used, challenge);
  }

 private:
  Engine engine_;
  DirectoryCache& cache_;
  QueueCounts& counts_;  // of the writer's thread
};

}  // namespace sotto::server

#pragma once
#include "server/storage/embedded/directory_cache.hpp"
#include "server/storage/embedded/engine.hpp"

namespace sotto::server {

class EmbeddedPermits final : public PermitStorage {
 public:
  EmbeddedPermits(Engine engine, DirectoryCache& cache) : engine_(engine), cache_(cache) {}

  asio::awaitable<Stored<PermitsPut>> put(AccountRow account, PermitChange change, base::Day today) override;
  asio::awaitable<Stored<std::optional<PermitHolder>>> find(PermitHash hash, base::Day today) override;

 private:
  Engine engine_;
  DirectoryCache& cache_;
};

}  // namespace sotto::server

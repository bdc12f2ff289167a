#pragma once
#include "server/storage/embedded/account_tables.hpp"
#include "server/storage/embedded/directory_cache.hpp"
#include "server/storage/embedded/engine.hpp"

namespace sotto::server {

class EmbeddedAccounts final : public AccountStorage {
 public:
  EmbeddedAccounts(Engine engine, DirectoryCache& cache) : engine_(engine), cache_(cache) {}

  asio::awaitable<Stored<Registered>> register_account(NewAccount account) override {
    return engine_.write(tables::register_account, std::move(account));
  }
  asio::awaitable<Stored<bool>> is_registered_by(base::Bytes<32> request_hash) override {
    return engine_.read(tables::is_registered_by, request_hash);
  }
  asio::awaitable<Stored<std::optional<KnownAccount>>> account(wire::AccountId id) override {
    return engine_.read(tables::account_with_id, id);
  }
  asio::awaitable<Stored<std::optional<KnownAccount>>> account(AccountRow row) override {
    return engine_.read(tables::account_at, row);
  }
  asio::awaitable<Stored<std::optional<KnownAccount>>> account_named(std::string user_name) override {
    return engine_.read(tables::account_named, std::move(user_name));
  }
  asio::awaitable<Stored<void>> set(AccountRow account, AccountSettings settings) override {
    return engine_.write(tables::set_account, account, settings);
  }

 private:
  Engine engine_;
  [[maybe_unused]] DirectoryCache& cache_;
};

}  // namespace sotto::server

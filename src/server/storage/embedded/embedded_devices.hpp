#pragma once
#include "server/storage/embedded/device_tables.hpp"
#include "server/storage/embedded/directory_cache.hpp"
#include "server/storage/embedded/engine.hpp"

namespace sotto::server {

class EmbeddedDevices final : public DeviceStorage {
 public:
  EmbeddedDevices(Engine engine, DirectoryCache& cache) : engine_(engine), cache_(cache) {}

  asio::awaitable<Stored<std::optional<KnownDevice>>> with_token(base::Bytes<32> token_hash) override;
  asio::awaitable<Stored<std::optional<KnownDevice>>> at(wire::MailboxId mailbox) override;
  asio::awaitable<Stored<std::vector<Target>>> of(AccountRow account) override;
  asio::awaitable<Stored<DeviceStatus>> status(DeviceRow device) override {
    return engine_.read(tables::status, device);
  }
  asio::awaitable<Stored<void>> touch(DeviceRow device, base::Day day) override {
    return engine_.write(tables::touch, device, day);
  }

 private:
  Engine engine_;
  DirectoryCache& cache_;
};

}  // namespace sotto::server

#pragma once
#include "server/storage/embedded/device_tables.hpp"
#include "server/storage/embedded/directory_cache.hpp"
#include "server/storage/embedded/engine.hpp"
#include "server/storage/embedded/tokens/token_tables.hpp"
#include "server/storage/embedded/tokens/waiting_tables.hpp"

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
  asio::awaitable<Stored<OtherToken>> with_other_token(base::Bytes<32> token_hash) override {
    return engine_.read(tables::other_token, token_hash);
  }
  asio::awaitable<Stored<TokenSet>> announce_token(DeviceRow device, base::Bytes<32> token_hash) override {
    return engine_.write(tables::announce_token, device, token_hash);
  }
  asio::awaitable<Stored<void>> begin_token(DeviceRow device, base::Bytes<32> token_hash, base::Day day) override;
  asio::awaitable<Stored<TokenSet>> set_receive_token(DeviceRow device,
                                                      std::optional<base::Bytes<32>> token_hash) override {
    return engine_.write(tables::set_receive_token, device, token_hash);
  }
  asio::awaitable<Stored<bool>> raise_clone_alarm(DeviceRow device, base::Day day) override {
    return engine_.write(tables::raise_clone_alarm, device, day);
  }
  asio::awaitable<Stored<Generation>> advance(DeviceRow device, std::optional<base::Bytes<16>> tick_now,
                                              Generation next) override {
    return engine_.write(tables::advance, device, tick_now, next);
  }
  asio::awaitable<Stored<Waits>> wait_for_list(WaitingDevice device) override {
    return engine_.write(tables::wait_for_list, std::move(device));
  }
  asio::awaitable<Stored<void>> touch(DeviceRow device, base::Day day) override {
    return engine_.write(tables::touch, device, day);
  }

 private:
  Engine engine_;
  DirectoryCache& cache_;
};

}  // namespace sotto::server

#pragma once
#include <filesystem>

#include "rpc/host.hpp"

namespace sotto::rpc {

/// Over a folder that this process opened for one command: it connects as the method needs it.
class DirectHost final : public Host {
 public:
  /// tell      prints an event; what it returns from has been told
  /// key_slot  of the folder
  DirectHost(client::Engine& engine, std::filesystem::path key_slot, std::function<void(const json::object&)> tell);

  client::Engine& engine() override { return engine_; }
  asio::awaitable<Result<void>> receive(std::optional<net::Duration> patience, Caller& caller) override;
  asio::awaitable<Result<void>> finish_sending() override;
  asio::awaitable<Result<void>> attend(net::Duration quiet) override;
  Result<void> check_passphrase(base::View passphrase) override;

 private:
  client::Engine& engine_;
  std::filesystem::path key_slot_;
  std::function<void(const json::object&)> tell_;
};

}  // namespace sotto::rpc

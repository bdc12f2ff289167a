#pragma once
#include <string>

#include "commands.hpp"
#include "rpc/host.hpp"

namespace sotto::app {

/// The person at this terminal, or the script in their place: sees events, is asked questions.
class Terminal final : public rpc::Caller {
 public:
  Terminal(const Settings& settings, std::string recovery_key_file)
      : settings_(settings), recovery_key_file_(std::move(recovery_key_file)) {}

  rpc::asio::awaitable<rpc::Result<void>> tell(rpc::json::object event) override;
  rpc::asio::awaitable<rpc::Result<std::string>> ask(rpc::json::object question) override;
  /// The same, at once.
  void print_event(const rpc::json::object& event) const;

 private:
  client::Result<std::string> answer(const rpc::json::object& question) const;

  const Settings& settings_;
  std::string recovery_key_file_;
};

}  // namespace sotto::app

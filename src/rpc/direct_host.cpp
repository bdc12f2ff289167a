#include "rpc/direct_host.hpp"

#include "rpc/values.hpp"
#include "store/key_slot.hpp"

namespace sotto::rpc {

DirectHost::DirectHost(client::Engine& engine, std::filesystem::path key_slot,
                       std::function<void(const json::object&)> tell)
    : engine_(engine), key_slot_(std::move(key_slot)), tell_(std::move(tell)) {}

asio::awaitable<Result<void>> DirectHost::receive(std::optional<net::Duration> patience, Caller&) {
  std::function<void(const client::Event&)> tell = [this](const client::Event& event) { tell_(message_event(event)); };
  co_return from(co_await engine_.receive(patience, std::move(tell)));
}

/// What a change of the device list brings to the other devices is due within two seconds. What can't leave stays kept.
asio::awaitable<Result<void>> DirectHost::finish_sending() {
  constexpr net::Duration until_due = std::chrono::milliseconds(2'100);
  co_await engine_.parts().timer.sleep(until_due);
  const auto drained = co_await engine_.drain_outbox();
  if (!drained) tell_({{"event", "warning"}, {"text", drained.error().message}});
  co_return Result<void>();
}

asio::awaitable<Result<void>> DirectHost::attend(net::Duration quiet) {
  std::function<void(const client::Event&)> nobody_yet;
  co_return from(co_await engine_.receive(quiet, std::move(nobody_yet)));
}

Result<void> DirectHost::check_passphrase(base::View passphrase) {
  const auto key = store::key_slot::open(key_slot_, passphrase);
  if (!key) return Failure(client::Problem(key.error()));
  return {};
}

}  // namespace sotto::rpc

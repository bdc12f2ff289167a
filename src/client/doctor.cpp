#include "client/doctor.hpp"

#include "store/settings.hpp"

namespace sotto::client::doctor {
namespace {

constexpr std::uint32_t few_prekeys = 10;

Finding well(std::string check, std::string words) {
  return {.check = std::move(check), .is_well = true, .words = std::move(words), .next = {}};
}
Finding ill(std::string check, std::string words, std::string next) {
  return {.check = std::move(check), .is_well = false, .words = std::move(words), .next = std::move(next)};
}

Finding of_server(const Status& status) {
  if (status.server) return well("server", status.own.server + " answers, version " + status.server->version);
  return ill(
      "server", status.own.server + ": " + status.server_problem,
      "check the network; if others reach it, ask who runs it. What you write meanwhile is kept and goes out later");
}

Finding of_clone(const Status& status) {
  if (!status.server) return ill("copies", "not known while the server can't be reached", "run this again later");
  if (status.server->clone_alarm_day == 0) return well("copies", "nobody else has used this device's token");
  return ill("copies", "somebody used an older token of this device: there is a copy of this folder",
             "remove this device from another one with `sotto device remove`, and link it anew");
}

Finding of_deletion(const Status& status) {
  if (!status.server || status.server->deletion_day == 0)
    return well("account", "registered as " + status.own.user_name);
  return ill(
      "account", "the server will delete this account on " + base::to_text(base::Day{status.server->deletion_day}),
      "if that was not you, begin a new epoch with the recovery key (`sotto device remove --recovery-key-file`)");
}

Finding of_prekeys(const Status& status) {
  if (!status.server) return ill("prekeys", "not known while the server can't be reached", "run this again later");
  const std::uint32_t ec = status.server->one_time_prekeys, kyber = status.server->one_time_kyber_prekeys;
  const std::string words =
      std::to_string(ec) + " one-time prekeys and " + std::to_string(kyber) + " for Kyber at the server";
  if (ec >= few_prekeys && kyber >= few_prekeys) return well("prekeys", words);
  return ill("prekeys", words + ": first messages from others are protected less well",
             "connect once with `sotto receive`: it makes more");
}

Finding of_outbox(const Status& status) {
  if (status.unsent == 0) return well("outbox", "nothing waits to be sent");
  return ill("outbox", std::to_string(status.unsent) + " messages wait to be sent",
             "run `sotto receive`; `sotto history CONTACT` shows which wait, and why");
}

Finding of_store(const Status& status) {
  if (status.store_problem.empty()) return well("store", "every page of the database is authentic");
  return ill("store", status.store_problem,
             "copy the folder away, then put it back from a copy, or link this device anew");
}

Finding of_permits(Engine& engine) {
  const auto waits = engine.parts().store.transact(
      [](store::Transaction& in) -> Result<bool> { return store::permits::has_unregistered(in); });
  if (!waits) return ill("permits", waits.error().message, "see what is said of the store");
  if (!*waits) return well("permits", "the server knows who may write to you");
  return ill("permits", "the server does not know yet of a permit that was made or taken back",
             "connect once with `sotto receive`");
}

Finding of_clock(const Status& status) {
  constexpr std::int64_t ms_per_minute = 60'000;
  if (!status.clock_behind) return well("clock", "this machine and the server agree to some minutes");
  const std::int64_t minutes = status.clock_behind->count() / ms_per_minute;
  return ill("clock",
             "this machine's clock is " + std::to_string(std::abs(minutes)) + " minutes " +
                 (minutes > 0 ? "behind" : "ahead of") + " the server's",
             "set it: certificates and timers depend on it. Keys never do");
}

asio::awaitable<Finding> of_devices(Engine& engine) {
  const auto refreshed = co_await engine.refresh_own();
  if (!refreshed)
    co_return ill("devices", refreshed.error().message,
                  "compare `sotto device list` with what you know of your devices");
  const auto devices = engine.devices();
  if (!devices) co_return ill("devices", devices.error().message, "see what is said of the store");
  co_return well("devices",
                 std::to_string(devices->size()) + " on the list that the server shows, which is the one held here");
}

}  // namespace

asio::awaitable<Result<std::vector<Finding>>> examine(Engine& engine) {
  const auto status = co_await engine.status();
  if (!status) co_return status.error();
  std::vector<Finding> made{of_deletion(*status), of_server(*status), of_clone(*status), of_clock(*status)};
  made.push_back(co_await of_devices(engine));
  made.push_back(of_prekeys(*status));
  made.push_back(of_permits(engine));
  made.push_back(of_outbox(*status));
  made.push_back(of_store(*status));
  co_return made;
}

}  // namespace sotto::client::doctor

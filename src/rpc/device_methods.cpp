// The account's devices. What gives somebody power over the account asks the person for it, and for the passphrase.
#include <algorithm>
#include <boost/json/value.hpp>

#include "client/histories.hpp"
#include "client/linking/admin.hpp"
#include "rpc/methods.hpp"
#include "rpc/values.hpp"
#include "wire/recovery_key.hpp"

namespace sotto::rpc {
namespace {

namespace linking = client::linking;

constexpr const char* what_adding_gives =
    "You are about to add a device to this account. It will read every message that comes from now on, write in your "
    "name, and know all your contacts. Go on only if it lies before you and you set it up yourself: nobody, also no "
    "support and no group, ever asks for this.";
constexpr const char* what_a_history_gives =
    "The device will be able to read everything that was written in this account before.";
constexpr const char* what_promoting_gives = "An admin device may add and remove devices of this account in your name.";

/// Whoever sits there is told what is being given, and proves to be the one who may.
asio::awaitable<Result<void>> ask_for_proof(Call& call, const char* what) {
  json::object question{{"question", "passphrase"}, {"words", what}};
  CO_TRY(std::string typed, co_await call.caller.ask(std::move(question)));
  const auto passphrase = base::SecretBlob::taken_from(typed);
  co_return call.host.check_passphrase(passphrase.expose());
}

Result<wire::DeviceNumber> number(const Params& params) {
  TRY(const std::int64_t given, params.number("device", 1, 127));
  return wire::DeviceNumber(static_cast<std::uint8_t>(given));
}

asio::awaitable<Result<json::value>> change(Call call, client::own_list::Intent intent) {
  CO_TRY_VOID(from(co_await call.engine().change_list(std::move(intent))));
  CO_TRY_VOID(co_await call.host.finish_sending());
  co_return json::value();
}

asio::awaitable<Result<json::value>> list(Call call) {
  CO_TRY_VOID(call.params.only({}));
  const auto refreshed = co_await call.engine().refresh_own();
  if (!refreshed) {
    json::object warning{{"event", "warning"}, {"text", refreshed.error().message}};
    CO_TRY_VOID(co_await call.caller.tell(std::move(warning)));
  }
  CO_TRY(const auto devices, from(call.engine().devices()));
  json::array made;
  for (const auto& one : devices) made.push_back(device_object(one));
  co_return json::value(std::move(made));
}

asio::awaitable<Result<std::string>> hear_code(Call& call, linking::Admin& admin, const linking::Met& met) {
  json::object question{{"question", "code"}, {"kind", to_text(met.kind)}, {"name", met.name}};
  auto typed = co_await call.caller.ask(std::move(question));
  if (!typed) co_await admin.cancel();
  co_return typed;
}

Result<client::contents::HistoryNow> history_of(Call& call, wire::DeviceNumber device) {
  TRY(const auto all, from(client::histories::progress(call.engine())));
  const auto found = std::ranges::find_if(
      all, [&](const client::contents::HistoryNow& one) { return one.other == device && !one.is_coming; });
  if (found == all.end()) return Failure(Code::refused, "the device is gone");
  return *found;
}

/// Gives it as long as the other device answers; the rest goes when both are there again.
asio::awaitable<Result<client::contents::HistoryNow>> give_history(Call& call, wire::DeviceNumber device) {
  constexpr net::Duration quiet = std::chrono::seconds(5);
  CO_TRY_VOID(from(client::histories::give(call.engine(), device)));
  std::int64_t done = -1;
  while (true) {
    CO_TRY_VOID(co_await call.host.attend(quiet));
    CO_TRY(const client::contents::HistoryNow now, history_of(call, device));
    json::object event = history_event(now);
    CO_TRY_VOID(co_await call.caller.tell(std::move(event)));
    if (now.is_done || now.done == done) co_return now;
    done = now.done;
  }
}

/// The extra question: a device may write and read on without knowing what was before.
asio::awaitable<Result<bool>> wants_history(Call& call) {
  CO_TRY(const auto wish, call.params.maybe_flag("history"));
  if (wish) co_return *wish;
  CO_TRY(const std::int64_t count, from(client::histories::count(call.engine())));
  if (count == 0) co_return false;
  json::object question{{"question", "consent"},
                        {"words", "The device is added. Give it the history, too: " + std::to_string(count) +
                                      (count == 1 ? " message? " : " messages? ") + what_a_history_gives}};
  CO_TRY(const std::string answer, co_await call.caller.ask(std::move(question)));
  co_return answer == "yes";
}

/// device: with the history
asio::awaitable<Result<json::value>> history(Call call) {
  CO_TRY_VOID(call.params.only({"device"}));
  CO_TRY(const wire::DeviceNumber device, number(call.params));
  CO_TRY_VOID(co_await ask_for_proof(call, what_a_history_gives));
  CO_TRY(const client::contents::HistoryNow now, co_await give_history(call, device));
  co_return history_event(now);
}

/// link, name, history → the number of the new device.
asio::awaitable<Result<json::value>> add(Call call) {
  CO_TRY_VOID(call.params.only({"link", "name", "history"}));
  CO_TRY(std::string link, call.params.text("link"));
  CO_TRY(const auto name, call.params.maybe_text("name"));
  CO_TRY_VOID(co_await ask_for_proof(call, what_adding_gives));
  linking::Admin admin(call.engine());
  CO_TRY(const linking::Met met, from(co_await admin.meet(std::move(link))));
  CO_TRY(std::string typed, co_await hear_code(call, admin, met));
  CO_TRY(const std::string second, from(co_await admin.confirm(std::move(typed))));
  json::object code{{"event", "code"}, {"code", second}};
  CO_TRY_VOID(co_await call.caller.tell(std::move(code)));
  CO_TRY(const wire::DeviceNumber added, from(co_await admin.add(name.value_or(met.name))));
  CO_TRY_VOID(co_await call.host.finish_sending());
  CO_TRY(const bool gives_history, co_await wants_history(call));
  if (gives_history) CO_TRY_VOID(co_await give_history(call, added));
  co_return json::object{{"event", "device_added"}, {"device", added.value}};
}

asio::awaitable<Result<json::value>> rename(Call call) {
  CO_TRY_VOID(call.params.only({"device", "name"}));
  CO_TRY(const wire::DeviceNumber device, number(call.params));
  CO_TRY(std::string name, call.params.text("name"));
  client::own_list::Intent intent{.name = std::move(name), .rename = device};
  co_return co_await change(std::move(call), std::move(intent));
}

asio::awaitable<Result<wire::RecoveryKey>> ask_recovery_key(Call& call) {
  json::object question{{"question", "recovery_key"}};
  CO_TRY(const std::string typed, co_await call.caller.ask(std::move(question)));
  auto key = wire::parse_recovery_key(typed);
  if (!key) co_return Failure(Code::refused, key.error().message);
  co_return *std::move(key);
}

/// By a new epoch: what an admin device is removed by.
asio::awaitable<Result<json::value>> remove_by_succession(Call call, wire::DeviceNumber device) {
  CO_TRY(const auto devices, from(call.engine().devices()));
  const auto is_it = [&](const client::own_list::OwnDevice& one) { return one.device.number == device; };
  const auto found = std::ranges::find_if(devices, is_it);
  if (found == devices.end()) {
    co_return Failure(Code::refused,
                      "this account has no device " + std::to_string(device.value) + ": see `sotto device list`");
  }
  if (found->is_this) co_return Failure(Code::refused, "this very device can't remove itself");
  CO_TRY(const wire::RecoveryKey key, co_await ask_recovery_key(call));
  std::function<bool(wire::DeviceNumber)> keep = [device](wire::DeviceNumber one) { return one != device; };
  CO_TRY_VOID(from(co_await call.engine().succeed(key, std::move(keep))));
  CO_TRY_VOID(co_await call.host.finish_sending());
  co_return json::value();
}

/// device, with_recovery_key.
asio::awaitable<Result<json::value>> remove(Call call) {
  CO_TRY_VOID(call.params.only({"device", "with_recovery_key"}));
  CO_TRY(const wire::DeviceNumber device, number(call.params));
  CO_TRY(const bool with_recovery_key, call.params.flag("with_recovery_key", false));
  if (with_recovery_key) co_return co_await remove_by_succession(std::move(call), device);
  client::own_list::Intent intent{.remove = device};
  co_return co_await change(std::move(call), std::move(intent));
}

asio::awaitable<Result<json::value>> promote(Call call) {
  CO_TRY_VOID(call.params.only({"device"}));
  CO_TRY(const wire::DeviceNumber device, number(call.params));
  CO_TRY_VOID(co_await ask_for_proof(call, what_promoting_gives));
  client::own_list::Intent intent{.promote = device};
  co_return co_await change(std::move(call), std::move(intent));
}

constexpr Method methods[] = {{"device.list", list},     {"device.add", add},       {"device.history", history},
                              {"device.rename", rename}, {"device.remove", remove}, {"device.promote", promote}};

}  // namespace

std::span<const Method> device_methods() { return methods; }

}  // namespace sotto::rpc

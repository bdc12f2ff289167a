// The account as a whole.
#include <boost/json/value.hpp>

#include "client/doctor.hpp"
#include "client/preferences.hpp"
#include "rpc/methods.hpp"
#include "rpc/values.hpp"

namespace sotto::rpc {
namespace {

/// → server, account, queue, store, version.
asio::awaitable<Result<json::value>> status(Call call) {
  CO_TRY_VOID(call.params.only({}));
  CO_TRY(const client::Status status, from(co_await call.engine().status()));
  co_return status_object(status);
}

asio::awaitable<Result<json::value>> settings_list(Call call) {
  CO_TRY_VOID(call.params.only({}));
  CO_TRY(const auto all, from(client::preferences::list(call.engine())));
  json::array made;
  for (const auto& one : all) made.push_back(json::object{{"name", one.name}, {"on", one.is_on}, {"what", one.what}});
  co_return json::value(std::move(made));
}

/// name, on
asio::awaitable<Result<json::value>> settings_set(Call call) {
  CO_TRY_VOID(call.params.only({"name", "on"}));
  CO_TRY(const std::string name, call.params.text("name"));
  CO_TRY(const bool is_on, call.params.flag("on", false));
  CO_TRY_VOID(from(client::preferences::set(call.engine(), name, is_on)));
  co_return json::value();
}

/// url: socks5h://…; empty: none
asio::awaitable<Result<json::value>> settings_proxy(Call call) {
  CO_TRY_VOID(call.params.only({"url"}));
  CO_TRY(const std::string url, call.params.text("url"));
  CO_TRY_VOID(from(call.engine().set_proxy(url)));
  co_return json::value();
}

/// on: others' servers may have addresses that are not public
asio::awaitable<Result<json::value>> settings_private_servers(Call call) {
  CO_TRY_VOID(call.params.only({"on"}));
  CO_TRY(const bool is_on, call.params.flag("on", false));
  CO_TRY_VOID(from(call.engine().allow_private_servers(is_on)));
  co_return json::value();
}

/// name (null: as it is) → the name that contacts are told.
asio::awaitable<Result<json::value>> profile(Call call) {
  CO_TRY_VOID(call.params.only({"name"}));
  CO_TRY(const auto name, call.params.maybe_text("name"));
  if (name) CO_TRY_VOID(from(client::preferences::set_profile_name(call.engine(), *name)));
  CO_TRY(const std::string stands, from(client::preferences::profile_name(call.engine())));
  co_return json::object{{"name", stands}};
}

json::object finding_object(const client::doctor::Finding& finding) {
  json::object made{{"check", finding.check}, {"ok", finding.is_well}, {"words", finding.words}};
  if (!finding.next.empty()) made["next"] = finding.next;
  return made;
}

/// → what was looked at, whether it is well, and what to do if it is not.
asio::awaitable<Result<json::value>> doctor(Call call) {
  CO_TRY_VOID(call.params.only({}));
  CO_TRY(const auto findings, from(co_await client::doctor::examine(call.engine())));
  json::array made;
  for (const auto& finding : findings) made.push_back(finding_object(finding));
  co_return json::value(std::move(made));
}

constexpr Method methods[] = {{"status", status},
                              {"settings.list", settings_list},
                              {"settings.set", settings_set},
                              {"settings.proxy", settings_proxy},
                              {"settings.private_servers", settings_private_servers},
                              {"profile", profile},
                              {"doctor", doctor}};

}  // namespace

std::span<const Method> account_methods() { return methods; }

}  // namespace sotto::rpc

#include <algorithm>
#include <array>

#include "server/accounts/lookup.hpp"
#include "server/accounts/registration.hpp"
#include "server/answer.hpp"
#include "server/limits.hpp"
#include "server/prekeys/directory.hpp"
#include "server/route.hpp"
#include "server/sending/messages.hpp"
#include "server/sending/permits.hpp"
#include "server/sending/shared_messages.hpp"
#include "wire/prekeys.hpp"
#include "wire/registration.hpp"

namespace sotto::server {
namespace {

using enum Credential;
constexpr std::size_t small = limits::small_request;

asio::awaitable<net::Response> ask_for_upgrade(Context&, Call) {
  co_return refuse(426, "upgrade_required", "a mailbox is a WebSocket");
}

constexpr std::array all_routes{
    Route{"POST", "/v1/register/begin", none, small, begin_registration, "a mailbox id and a challenge"},
    Route{"POST", "/v1/register", none, wire::max_registration, register_account, "a new account, all or nothing"},
    Route{"GET", "/v1/names/{name}", device, small, look_up, "whose user name it is"},
    Route{"GET", "/v1/own/account", device, small, own_account, "the own certificate and list"},
    Route{"GET", "/v1/account", permit, small, account_by_permit, "certificate and list of who gave the permit"},
    Route{"GET", "/v1/status", device, small, status, "what waits, and what is left of the prekeys"},
    Route{"PUT", "/v1/permits", device, 64u << 10, put_permits, "which permits are good, and for how long"},
    Route{"PUT", "/v1/prekeys", device, wire::max_prekey_upload, put_prekeys, "new prekeys of this device"},
    Route{"POST", "/v1/bundles", permit, small, take_bundles, "a bundle for each device of who gave the permit"},
    Route{"POST", "/v1/own/bundles", device, small, take_own_bundles, "a bundle for each own device"},
    Route{"POST", "/v1/knocks/bundles", device, small, take_bundles_to_knock, "bundles for a first contact by name"},
    Route{"POST", "/v1/messages", permit, limits::upload, send_message, "to each device of who gave the permit"},
    Route{"POST", "/v1/own/messages", device, limits::upload, send_to_own, "to each other device of the own account"},
    Route{"POST", "/v1/knocks", device, 64u << 10, knock, "a first message to who is known by user name"},
    Route{"POST", "/v1/shared-messages", none, limits::shared_upload, send_shared, "one sealed message to many"},
    Route{"GET", "/v1/mailbox", device, small, ask_for_upgrade, "the device's mailbox, as a WebSocket"},
};

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

/// The segments that stand for {…}; nothing if the path is another.
std::optional<std::vector<std::string>> match(std::string_view pattern, std::string_view path) {
  const auto wanted = split(pattern, '/'), given = split(path, '/');
  if (wanted.size() != given.size()) return std::nullopt;
  std::vector<std::string> segments;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const bool is_open = wanted[i].starts_with('{');
    if (is_open ? given[i].empty() : wanted[i] != given[i]) return std::nullopt;
    if (is_open) segments.emplace_back(given[i]);
  }
  return segments;
}

std::map<std::string, std::string> parameters_of(std::string_view query) {
  std::map<std::string, std::string> parameters;
  if (query.empty()) return parameters;
  for (const std::string_view pair : split(query, '&')) {
    const std::size_t equals = pair.find('=');
    const auto name = pair.substr(0, equals);
    parameters.emplace(name, equals == std::string_view::npos ? "" : pair.substr(equals + 1));
  }
  return parameters;
}

}  // namespace

std::span<const Route> routes() { return all_routes; }

RouteMatch route_for(std::string_view method, std::string_view target) {
  const std::size_t question = target.find('?');
  const std::string_view path = target.substr(0, question);
  RouteMatch found;
  for (const Route& route : all_routes) {
    auto segments = match(route.path, path);
    if (!segments) continue;
    if (route.method != method) {
      found.allowed += (found.allowed.empty() ? "" : ", ") + std::string(route.method);
      continue;
    }
    found.route = &route;
    found.segments = *std::move(segments);
    if (question != std::string_view::npos) found.parameters = parameters_of(target.substr(question + 1));
    return found;
  }
  return found;
}

}  // namespace sotto::server

#include <algorithm>
#include <array>

#include "server/accounts/acts.hpp"
#include "server/accounts/lookup.hpp"
#include "server/accounts/registration.hpp"
#include "server/answer.hpp"
#include "server/blobs/backups.hpp"
#include "server/blobs/blobs.hpp"
#include "server/devices/devices.hpp"
#include "server/devices/rendezvous.hpp"
#include "server/groups/group_logs.hpp"
#include "server/limits.hpp"
#include "server/prekeys/directory.hpp"
#include "server/route.hpp"
#include "server/sending/messages.hpp"
#include "server/sending/permits.hpp"
#include "server/sending/shared_messages.hpp"
#include "wire/acts.hpp"
#include "wire/group_state.hpp"
#include "wire/prekeys.hpp"
#include "wire/registration.hpp"

namespace sotto::server {
namespace {

using enum Credential;
constexpr std::size_t small = limits::small_request;
constexpr std::size_t act_size = 4 * wire::max_statement;

asio::awaitable<net::Response> ask_for_upgrade(Context&, Call) {
  co_return refuse(426, "upgrade_required", "a mailbox is a WebSocket");
}

constexpr std::array all_routes{
    Route{"POST", "/v1/register/begin", none, small, begin_registration, "a mailbox id and a challenge"},
    Route{"POST", "/v1/register", none, wire::max_registration, register_account, "a new account, all or nothing"},
    Route{"POST", "/v1/acts/begin", none, small, begin_act, "a challenge for one act of an account"},
    Route{"PUT", "/v1/account/list", none, wire::max_act_request, put_list, "another device list, or a new epoch"},
    Route{"PUT", "/v1/account/name", none, act_size, put_name, "another user name, or none"},
    Route{"POST", "/v1/account/deletion", none, act_size, delete_account, "the account and all it has, gone"},
    Route{"POST", "/v1/account/keeping", none, act_size, keep_account, "a pending deletion is void"},
    Route{"PUT", "/v1/account/backup", none, act_size, put_backup, "an archive takes the place of the one before"},
    Route{"PUT", "/v1/settings", device, small, put_settings, "whether the account is found, and knocked at"},
    Route{"POST", "/v1/grants", device, small, grant_mailbox, "a mailbox for one more device of the account"},
    Route{"POST", "/v1/devices", none, wire::max_prekey_upload + small, add_device, "a device that waits for a list"},
    Route{"POST", "/v1/token", device, small, announce_token, "the token that follows"},
    Route{"PUT", "/v1/token/receive", device, small, put_receive_token, "a token that opens the mailbox only"},
    Route{"PUT", "/v1/generation", device, small, put_generation, "the device's next generation"},
    Route{"POST", "/v1/rendezvous", none, small, open_rendezvous, "where two devices meet"},
    Route{"POST", "/v1/rendezvous/{id}/guest", none, small, join_rendezvous, "the second device, once"},
    Route{"POST", "/v1/rendezvous/{id}/messages", none, limits::rendezvous_message, put_rendezvous_message,
          "for the other device"},
    Route{"GET", "/v1/rendezvous/{id}/messages", none, small, take_rendezvous_messages, "of the other device"},
    Route{"DELETE", "/v1/rendezvous/{id}", none, small, close_rendezvous, "it is over"},
    Route{"GET", "/v1/names/{name}", device, small, look_up, "whose user name it is"},
    Route{"GET", "/v1/own/account", device, small, own_account, "the own certificate and list"},
    Route{"GET", "/v1/account", permit, small, account_by_permit, "certificate and list of who gave the permit"},
    Route{"GET", "/v1/status", standing, small, status, "what waits, and what is left of the prekeys"},
    Route{"PUT", "/v1/permits", device, 64u << 10, put_permits, "which permits are good, and for how long"},
    Route{"PUT", "/v1/prekeys", device, wire::max_prekey_upload, put_prekeys, "new prekeys of this device"},
    Route{"POST", "/v1/bundles", permit, small, take_bundles, "a bundle for each device of who gave the permit"},
    Route{"POST", "/v1/own/bundles", device, small, take_own_bundles, "a bundle for each own device"},
    Route{"POST", "/v1/knocks/bundles", device, small, take_bundles_to_knock, "bundles for a first contact by name"},
    Route{"POST", "/v1/messages", permit, limits::upload, send_message, "to each device of who gave the permit"},
    Route{"POST", "/v1/own/messages", device, limits::upload, send_to_own, "to each other device of the own account"},
    Route{"POST", "/v1/knocks", device, 64u << 10, knock, "a first message to who is known by user name"},
    Route{"POST", "/v1/shared-messages", none, limits::shared_upload, send_shared, "one sealed message to many"},
    Route{"POST", "/v1/blobs/grants", device, small, grant_blob, "the right to write one blob, or to make a group log"},
    Route{"PUT", "/v1/blobs/{id}", grant, limits::blob_piece, put_blob, "a piece of a blob"},
    Route{"GET", "/v1/blobs/{id}/upload", grant, small, upload_state, "how much of it is here"},
    Route{"POST", "/v1/blobs/{id}/finish", grant, small, finish_blob, "the blob is whole"},
    Route{"GET", "/v1/blobs/{id}", none, small, get_blob, "a blob, or a range of it"},
    Route{"GET", "/v1/own/backup", device, small, own_backups, "which archives there are"},
    Route{"POST", "/v1/backups/read", none, act_size, find_backups, "the archives of who holds the backup access key"},
    Route{"GET", "/v1/backups/{key}", none, small, read_backup, "an archive, or a range of it"},
    Route{"PUT", "/v1/groups/{id}", grant, wire::max_group_request, create_group, "a new group log"},
    Route{"POST", "/v1/groups/{id}/state", group, wire::max_group_request, append_state, "its next state"},
    Route{"POST", "/v1/groups/{id}/statements", group, limits::group_statement, append_statement, "a member's word"},
    Route{"GET", "/v1/groups/{id}/log", group, small, read_log, "what stands in it"},
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

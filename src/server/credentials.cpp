#include "server/answer.hpp"
#include "server/blobs/blobs.hpp"
#include "server/groups/group_logs.hpp"
#include "server/sending/permits.hpp"
#include "server/server.hpp"
#include "server/shown.hpp"
#include "wire/names.hpp"
#include "wire/signed.hpp"

/// What the head of a request proves.
namespace sotto::server {
namespace {

net::Response not_authenticated() {
  net::Response response = refuse(401, "not_authenticated", "no device of this server has this token");
  response.headers.push_back({.name = "WWW-Authenticate", .value = "Bearer"});
  return response;
}

net::Response receive_only() { return refuse(401, "receive_only", "this token opens the mailbox and nothing else"); }
net::Response token_replaced() {
  return refuse(401, "token_replaced", "this device has shown a newer token: this one is of a copy");
}

}  // namespace

asio::awaitable<std::optional<net::Response>> Server::check(const Route& route, Call& call) {
  switch (route.credential) {
    case Credential::none:
      break;
    case Credential::device:
    case Credential::standing:
      co_return co_await check_device(route, call);
    case Credential::permit: {
      const auto permit = co_await permit_of(context_, call.request);
      if (!permit) co_return permit.error();
      call.permit = *permit;
      break;
    }
    case Credential::grant: {
      const auto grant = grant_of(context_, call);
      if (!grant) co_return grant.error();
      call.grant = *grant;
      break;
    }
    case Credential::group: {
      const auto group = co_await group_of(context_, call);
      if (!group) co_return group.error();
      call.group = *group;
      break;
    }
  }
  co_return std::nullopt;
}

asio::awaitable<std::optional<net::Response>> Server::check_device(const Route& route, Call& call) {
  const auto shown = co_await bearer(call.request);
  if (!shown) co_return shown.error();
  if (shown->kind == OtherToken::Kind::waiting) {
    if (route.credential != Credential::standing) co_return not_yet_listed();
    co_return std::nullopt;
  }
  if (!shown->is_full) co_return receive_only();
  call.device = shown->device;
  co_return std::nullopt;
}

asio::awaitable<base::Result<Server::Bearer, net::Response>> Server::bearer(const net::Request& request) {
  constexpr std::string_view scheme = "Bearer ";
  const base::SecretBlob token = shown(request, "Authorization", scheme);
  if (token.size() != 32) co_return not_authenticated();
  // Found by an index over hashes: how long that takes says nothing about any token.
  const auto hash = wire::hash(wire::names::device_token, token.expose());
  const auto device = co_await context_.storage.devices().with_token(hash);
  if (!device) co_return refuse(device.error());
  if (!*device) co_return co_await bearer_of_other(hash);
  co_return Bearer{.device = *device, .is_full = true, .token_hash = hash};
}

asio::awaitable<base::Result<Server::Bearer, net::Response>> Server::bearer_of_other(base::Bytes<32> token_hash) {
  const auto other = co_await context_.storage.devices().with_other_token(token_hash);
  if (!other) co_return refuse(other.error());
  switch (other->kind) {
    case OtherToken::Kind::unknown:
      break;
    case OtherToken::Kind::waiting:
    case OtherToken::Kind::receive_only:
      co_return Bearer{.kind = other->kind, .device = other->device, .token_hash = token_hash};
    case OtherToken::Kind::next: {
      const auto begun =
          co_await context_.storage.devices().begin_token(other->device->row, token_hash, context_.today());
      if (!begun) co_return refuse(begun.error());
      co_return Bearer{.device = other->device, .is_full = true, .token_hash = token_hash};
    }
    case OtherToken::Kind::replaced: {
      const auto is_news = co_await context_.storage.devices().raise_clone_alarm(other->device->row, context_.today());
      if (!is_news) co_return refuse(is_news.error());
      wire::frames::ServerFrame frame;
      frame.mutable_notice()->mutable_clone_alarm()->set_day(context_.today().value);
      if (*is_news) hub_.tell(other->device->row, std::move(frame));
      co_return token_replaced();
    }
  }
  co_return not_authenticated();
}

}  // namespace sotto::server

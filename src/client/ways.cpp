#include "client/ways.hpp"

#include "base/check.hpp"
#include "base/encoding.hpp"
#include "store/settings.hpp"

namespace sotto::client {
namespace {

using Login = Ways::Login;

wire::Authority authority_of(const std::string& server) {
  const auto authority = wire::Authority::parse(server);
  CHECK(authority);
  return *authority;
}

Login draw_login(base::Random& random) {
  const auto draw = [&] { return base::to_base64url(random.bytes<16>()); };
  std::string user = draw();
  return {.user = std::move(user), .password = draw()};
}

net::Route route_by(const std::string& proxy, const Login& login) {
  net::Route made;
  if (proxy.empty()) return made;
  made.proxy = net::parse_proxy(proxy);
  CHECK(made.proxy);  // nothing else gets into the setting, and to go without is no way out
  if (made.proxy->has_login()) return made;
  made.proxy->user = login.user;
  made.proxy->password = login.password;
  return made;
}

}  // namespace

Server::Reach Ways::to_own(const store::OwnAccount& own, Purpose purpose) {
  Server::Reach reach{.authority = authority_of(own.server), .ca_pem = own.server_ca};
  const auto list = wire::DeviceList::parse(own.introduction.list.statement);
  if (own.server_ca.empty() && list) reach.tls_pin = list->tls_pin;
  reach.route = route(own.proxy, purpose, own.server);
  return reach;
}

asio::awaitable<Server::Reach> Ways::to_other(Own own, Home home) {
  Server::Reach reach{.authority = home.server, .ca_pem = {}, .tls_pin = home.tls_pin};
  reach.route = route(own.proxy, Purpose::anonymous, home.server.text());
  if (own.allows_private_servers) co_return reach;
  const std::string own_host = authority_of(own.server).host;
  // Whoever runs a server in a private network has friends in it. Looked up each time: a network may have changed.
  std::optional<net::AddressKind> kind = net::kind_of_spelling(own_host);
  std::string host = own_host;
  if (!reach.route.proxy) kind = co_await transport_.kind_of(std::move(host));
  reach.route.addresses = {.is_any = false, .also = kind.value_or(net::AddressKind::global)};
  co_return reach;
}

net::Route Ways::route(const std::string& proxy, Purpose purpose, const std::string& server) {
  auto [login, is_new] = logins_.try_emplace({purpose, server});
  if (is_new) login->second = draw_login(random_);
  return route_by(proxy, login->second);
}

Result<net::Route> route_without_account(store::Store& store, base::Random& random) {
  const auto proxy = store.transact(
      [](store::Transaction& in) -> Result<std::string> { return store::settings::text(in, store::settings::proxy); });
  if (!proxy) return proxy.error();
  return route_by(*proxy, draw_login(random));
}

Result<void> check_proxy(const std::string& url) {
  if (url.empty() || net::parse_proxy(url)) return {};
  if (url.starts_with("socks5://"))
    return refused("names must be resolved by the proxy, or they would be asked for past it: write socks5h://…");
  return refused("\"" + url + "\" is no proxy: write socks5h://HOST:PORT, or socks5h://USER:PASSWORD@HOST:PORT");
}

}  // namespace sotto::client

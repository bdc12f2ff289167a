#pragma once
#include <map>
#include <string>

#include "client/homes.hpp"
#include "client/server.hpp"
#include "net/transport.hpp"

namespace sotto::client {

/// By which way each server is reached. With a proxy everything goes by it, with a login of its own for each purpose
/// and server, so that Tor (IsolateSOCKSAuth) puts no two of them on one circuit; a login that stands in the setting is
/// used as it is. Others' servers must have public addresses, unless our own has none or the person allowed it.
class Ways {
 public:
  enum class Purpose { authenticated, anonymous };
  struct Login {
    std::string user, password;
  };

  Ways(net::Transport& transport, base::Random& random) : transport_(transport), random_(random) {}

  /// The own server: whatever address it has, and by its own CA if it has one.
  Server::Reach to_own(const store::OwnAccount& own, Purpose purpose);
  struct Own {
    std::string server;  // HOST:PORT
    std::string proxy;
    bool allows_private_servers;
  };
  /// Somebody else's: by public authorities or the pin, never by our own CA, and always anonymously.
  asio::awaitable<Server::Reach> to_other(Own own, Home home);

 private:
  net::Route route(const std::string& proxy, Purpose purpose, const std::string& server);

  net::Transport& transport_;
  base::Random& random_;
  std::map<std::pair<Purpose, std::string>, Login> logins_;  // of this run; never kept
};

/// The way of somebody without an account, to be registered or linked: by the proxy of the setting, with a new login.
Result<net::Route> route_without_account(store::Store& store, base::Random& random);

/// What may stand in the setting; the reason if it may not.
Result<void> check_proxy(const std::string& url);

}  // namespace sotto::client

#pragma once
#include <map>
#include <span>

#include "server/context.hpp"

namespace sotto::server {

/// By what right a request is answered. It is checked before a byte of the body is read.
enum class Credential {
  none,    // anyone
  device,  // Authorization: Bearer, a device's token
  permit,  // Sotto-Permit: account id and permit, and no token
};

/// One request on its way to its route, with what its credential proved.
struct Call {
  net::Request request;
  std::vector<std::string> segments = {};              // of the path, where the route has {…}
  std::map<std::string, std::string> parameters = {};  // behind the `?`
  std::optional<KnownDevice> device = {};              // Credential::device
  std::optional<PermitHolder> permit = {};             // Credential::permit
};

/// One line of the server's surface. docs/server-api.md has one for each, and a table of tests asks each one without
/// the right to.
struct Route {
  std::string_view method;
  std::string_view path;  // {name}: any one segment
  Credential credential;
  std::size_t body_limit;  // bytes
  asio::awaitable<net::Response> (*answer)(Context&, Call);
  std::string_view says;  // what it does, in a line
};

/// All of them.
std::span<const Route> routes();

/// The route of a path whatever its method, with its segments and parameters filled in; null if there is none.
struct RouteMatch {
  const Route* route = nullptr;  // with this method
  std::string allowed = {};      // methods of this path, if the method is another
  std::vector<std::string> segments = {};
  std::map<std::string, std::string> parameters = {};
};
RouteMatch route_for(std::string_view method, std::string_view target);

}  // namespace sotto::server

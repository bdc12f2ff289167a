#pragma once
#include <map>
#include <span>

#include "server/context.hpp"

namespace sotto::server {

/// By what right a request is answered. It is checked before a byte of the body is read.
enum class Credential {
  none,      // anyone
  device,    // Authorization: Bearer, a device's token
  standing,  // the same, or the token of a device that no list names yet
  permit,    // Sotto-Permit: account id and permit, and no token
  grant,     // Sotto-Grant: the key of a grant for the {id} of the path
  group,     // Sotto-Tag: read tag or member tag of the group {id} of the path
};

/// A group, and what was shown of it.
struct GroupAccess {
  KnownGroup group;
  bool is_member = false;  // otherwise a reader
};

/// One request on its way to its route, with what its credential proved.
struct Call {
  net::Request request;
  std::optional<Stranger> stranger = {};               // who asks, where nothing else says it
  std::vector<std::string> segments = {};              // of the path, where the route has {…}
  std::map<std::string, std::string> parameters = {};  // behind the `?`
  std::optional<KnownDevice> device = {};              // Credential::device; standing, if it is listed
  std::optional<PermitHolder> permit = {};             // Credential::permit
  std::optional<Grant> grant = {};                     // Credential::grant, as it was when the request came
  std::optional<GroupAccess> group = {};               // Credential::group
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
  // For who writes a client: names of messages in wire/frames.proto, of structures of wire/, or `opaque`.
  std::string_view body;    // empty: none
  std::string_view gives;   // with a 200 (or 206, or of the WebSocket); empty: none
  std::string_view errors;  // its own, `409 one, another; 410 third`; every route has those of docs/server-api.md
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

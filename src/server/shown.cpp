#include "server/shown.hpp"

#include <array>

#include "base/encoding.hpp"
#include "net/wiping.hpp"
#include "server/accounts/registration.hpp"
#include "server/blobs/blobs.hpp"
#include "server/devices/rendezvous.hpp"
#include "server/groups/group_logs.hpp"
#include "server/sending/permits.hpp"

namespace sotto::server {

base::SecretBlob shown(const net::Request& request, std::string_view header, std::string_view scheme) {
  const std::string_view given = net::header(request.headers, header);
  if (!given.starts_with(scheme)) return {};
  auto bytes = base::from_base64url(given.substr(scheme.size()));
  return bytes ? base::SecretBlob(*std::move(bytes)) : base::SecretBlob();
}

void forget_shown(net::Request& request) {
  constexpr std::array<std::string_view, 6> rights{"Authorization", permit_header, grant_header,
                                                   tag_header,      invite_header, rendezvous_header};
  for (const std::string_view name : rights) net::wipe_header(request.headers, name);
}

}  // namespace sotto::server

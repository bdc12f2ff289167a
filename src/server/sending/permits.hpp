#pragma once
#include "server/route.hpp"

namespace sotto::server {

/// The header that carries a permit: base64url of {account id, permit}.
constexpr std::string_view permit_header = "Sotto-Permit";

/// What the request's permit is good for. A permit that is wrong and an account that isn't there take the same way.
/// errors  403 no_such_permit; 400 token_and_permit: an anonymous request that says who it is
asio::awaitable<base::Result<PermitHolder, net::Response>> permit_of(Context& context, const net::Request& request);

/// What names an account's share of one class among the rates.
constexpr std::uint64_t share_of(const PermitHolder& holder) {
  return (holder.account.value << 3) | static_cast<std::uint64_t>(holder.permit_class);
}
/// Takes one message from that share.
/// returns  0, or the seconds to wait
unsigned wait_before_sending(Context& context, const PermitHolder& to);

/// PUT /v1/permits, by a device
/// errors   400 malformed_body; 409 too_many_permits, permit_known
asio::awaitable<net::Response> put_permits(Context& context, Call call);

}  // namespace sotto::server

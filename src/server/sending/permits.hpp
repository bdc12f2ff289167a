#pragma once
#include "server/route.hpp"

namespace sotto::server {

/// The header that carries a permit: base64url of {account id, permit}.
constexpr std::string_view permit_header = "Sotto-Permit";

/// What the request's permit is good for. A permit that is wrong and an account that isn't there take the same way.
/// errors  403 no_such_permit; 400 token_and_permit: an anonymous request that says who it is
asio::awaitable<base::Result<PermitHolder, net::Response>> permit_of(Context& context, const net::Request& request);

/// PUT /v1/permits, by a device
/// errors   400 malformed_body; 409 too_many_permits, permit_known
asio::awaitable<net::Response> put_permits(Context& context, Call call);

}  // namespace sotto::server

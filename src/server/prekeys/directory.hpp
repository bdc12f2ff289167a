#pragma once
#include "server/route.hpp"

namespace sotto::server {

/// PUT /v1/prekeys, by a device
/// errors   400 malformed_body, prekey_not_by_device; 409 key_known, too_many_prekeys
/// cost     one signature check for each signed or Kyber prekey, at most 202
asio::awaitable<net::Response> put_prekeys(Context& context, Call call);

/// POST /v1/bundles, by a permit. Each one-time prekey leaves at most once, after it is durably gone from here; a class
/// of permit that has used up its share of the day gets last-resort keys.
/// errors   429 too_many
asio::awaitable<net::Response> take_bundles(Context& context, Call call);

/// POST /v1/own/bundles, by a device: of the account's other devices.
asio::awaitable<net::Response> take_own_bundles(Context& context, Call call);

/// POST /v1/knocks/bundles, by a device: of an account of this server whose user name is all that is known.
/// errors   400 malformed_body; 403 no_such_permit; 429 too_many
asio::awaitable<net::Response> take_bundles_to_knock(Context& context, Call call);

}  // namespace sotto::server

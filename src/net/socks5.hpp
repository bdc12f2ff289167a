#pragma once
#include <optional>

#include "net/transport.hpp"

/// SOCKS version 5 (RFC 1928) with user name and password (RFC 1929), as a client: names are resolved by the proxy.
namespace sotto::net::socks5 {

enum class Method : std::uint8_t { open = 0x00, password = 0x02, none_acceptable = 0xFF };

/// What is offered first: with a login both methods, so that a proxy may ask for none; without one only `open`.
base::Blob greeting(bool has_login);
/// errors   malformed, proxy_login_refused (no method suits it)
Result<Method> parse_method(const base::Bytes<2>& answer);

/// user, password   1 to 255 bytes each
base::Blob login(std::string_view user, std::string_view password);
/// errors   malformed, proxy_login_refused
Result<void> parse_login(const base::Bytes<2>& answer);

/// to.host   an address, or a name of at most 255 bytes, which goes as it is
base::Blob connect_request(const Endpoint& to);
/// How many bytes the reply has that begins like this, as far as can be told; at least one more than are there until it
/// can.
/// errors   malformed
Result<std::size_t> reply_size(base::View beginning);
/// The reply as a whole.
/// errors   malformed; unreachable, refused, timed_out as the proxy says; proxy_failed
Result<void> parse_reply(base::View reply);

/// The whole conversation: afterwards the stream leads to `to`, and not a byte more has been read.
/// errors   those above; closed
asio::awaitable<Result<void>> open(Stream& proxy, Endpoint to, Proxy by);

}  // namespace sotto::net::socks5

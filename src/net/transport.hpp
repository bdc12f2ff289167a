#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "net/address_kind.hpp"
#include "net/clock.hpp"
#include "net/stream.hpp"

namespace sotto::net {

/// `host` is a name or an address, IPv6 without brackets.
struct Endpoint {
  std::string host;
  std::uint16_t port = 0;
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

/// `host:port`, with brackets around an IPv6 address: what statements call a home server and HTTP the authority.
std::string to_text(const Endpoint& endpoint);
/// The reverse. The port may be missing if `default_port` is given; a host in capitals, a path, spaces are refused.
std::optional<Endpoint> parse_endpoint(std::string_view text, std::optional<std::uint16_t> default_port = std::nullopt);

/// A SOCKS5 proxy. Connections with different logins have nothing in common for it: Tor gives each its own circuit
/// (IsolateSOCKSAuth).
struct Proxy {
  Endpoint at;
  std::string user = {};  // and password: 1 to 255 bytes, or both empty
  std::string password = {};
  bool has_login() const { return !user.empty(); }
};
/// `socks5h://[USER:PASSWORD@]HOST:PORT`; nothing for any other scheme, `socks5` included: names would be resolved
/// here.
std::optional<Proxy> parse_proxy(std::string_view url);

/// By which way a client goes.
struct Route {
  AddressRule addresses = {};
  std::optional<Proxy> proxy = {};  // never past it: it also resolves the name, whose address is not ours to see then
};

/// What can be said of a connection before it is made, by host and route alone.
/// errors   address_not_allowed, onion_without_proxy
Result<void> check_route(const Endpoint& to, const Route& route);
/// The refusal of an address that the rule does not allow.
Error not_allowed(const std::string& address, AddressKind kind);

/// Whom a client takes for the server, and by which way it goes there. Name and expiry are checked in every case.
/// Neither: the system's authorities. A CA file: those in it. A pin: a certificate of the server's chain must have a
/// public key (SPKI) with this SHA-256; without a CA file that certificate is trusted for it.
struct ClientTls {
  std::string ca_file = {};
  std::string ca_pem = {};  // the same as text; looked at if no file is given
  std::optional<base::Bytes<32>> spki_pin = {};
  Route route = {};
};

/// PEM files: the certificate, its issuers after it; the private key.
struct ServerTls {
  std::string certificate_file;
  std::string key_file;
};

class Acceptor {
 public:
  virtual ~Acceptor() = default;
  virtual Endpoint bound() const = 0;
  /// The next connection; its TLS handshake happens with the first read, so that a slow one holds up nobody.
  /// errors   closed  by close()
  virtual asio::awaitable<Result<std::unique_ptr<Stream>>> accept() = 0;
  virtual void close() = 0;
};

/// The network, as main() hands it out.
class Transport {
 public:
  virtual ~Transport() = default;
  /// errors   name_not_found, unreachable, refused, timed_out, certificate_not_trusted, certificate_expired,
  ///          certificate_not_yet_valid, wrong_host_name, pin_mismatch, tls_failed, closed; address_not_allowed,
  ///          onion_without_proxy; with a proxy also proxy_unreachable, proxy_login_refused, proxy_failed, malformed;
  ///          certificate_file if the CA file can't be used
  virtual asio::awaitable<Result<std::unique_ptr<Stream>>> connect(Endpoint to, ClientTls tls, Duration at_most) = 0;
  /// Of which kind the host's addresses are; if they differ, the first that is not global. Nothing if it is not known.
  virtual asio::awaitable<std::optional<AddressKind>> kind_of(std::string host) = 0;
  /// errors   address_in_use, not_permitted, no_such_address, certificate_file, key_file, key_mismatch
  virtual Result<std::unique_ptr<Acceptor>> listen(Endpoint on, ServerTls tls) = 0;
};

}  // namespace sotto::net

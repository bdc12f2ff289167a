#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

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

/// Whom a client takes for the server. Name and expiry are checked in every case.
/// Neither: the system's authorities. A CA file: those in it. A pin: a certificate of the server's chain must have a
/// public key (SPKI) with this SHA-256; without a CA file that certificate is trusted for it.
struct ClientTls {
  std::string ca_file = {};
  std::string ca_pem = {};  // the same as text; looked at if no file is given
  std::optional<base::Bytes<32>> spki_pin = {};
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
  /// wrong_host_name,
  ///          pin_mismatch, tls_failed, closed; certificate_file if the CA file can't be used
  virtual asio::awaitable<Result<std::unique_ptr<Stream>>> connect(Endpoint to, ClientTls tls, Duration at_most) = 0;
  /// errors   address_in_use, not_permitted, no_such_address, certificate_file, key_file, key_mismatch
  virtual Result<std::unique_ptr<Acceptor>> listen(Endpoint on, ServerTls tls) = 0;
};

}  // namespace sotto::net

#include "server/operations/process/listeners.hpp"

#include <ostream>

#include "net/own_ca.hpp"
#include "net/socket_acceptor.hpp"
#include "net/system_time.hpp"
#include "server/operations/process/service_manager.hpp"

namespace sotto::server {
namespace {

template <class T>
using Opened = base::Result<T, std::string>;

const net::Endpoint usual_endpoint{.host = "127.0.0.1", .port = 8443};

/// Where to listen, and whether with TLS.
struct Sockets {
  std::vector<net::ListeningSocket> tls = {};
  std::vector<net::ListeningSocket> plain = {};
};

std::string complaint(const std::string& where, const net::Error& error) {
  return "listening on " + where + ": " + net::to_text(error);
}

Opened<net::ListeningSocket> open_one(const net::ListenAddress& address) {
  constexpr unsigned anybody = 0666;  // here as on a port: what is said there is for the protocol to judge
  auto socket =
      address.endpoint ? net::ListeningSocket::on(*address.endpoint) : net::ListeningSocket::at(address.path, anybody);
  if (!socket)
    return complaint(address.endpoint ? net::to_text(*address.endpoint) : "unix:" + address.path.string(),
                     socket.error());
  return std::move(*socket);
}

/// What systemd hands over takes the place of what the options name.
Opened<bool> take_handed_over(const Options& options, Sockets& into) {
  auto handed = sockets_from_systemd();
  if (!handed) return "sockets of systemd: " + net::to_text(handed.error());
  for (HandedSocket& one : *handed) {
    const bool is_plain = one.name == "plain";
    if (is_plain && !one.socket.is_local() && !options.allow_plain_anywhere)
      return "sockets of systemd: " + one.socket.name() +
             " is not loopback, and what goes there is not encrypted; allow_plain_anywhere permits it";
    (is_plain ? into.plain : into.tls).push_back(std::move(one.socket));
  }
  return !handed->empty();
}

Opened<Sockets> open_sockets(const Options& options) {
  Sockets sockets;
  TRY(const bool has_handed, take_handed_over(options, sockets));
  if (has_handed) return sockets;
  std::vector<net::Endpoint> endpoints = options.listen;
  if (endpoints.empty() && options.listen_plain.empty()) endpoints.push_back(usual_endpoint);
  for (const net::Endpoint& endpoint : endpoints) {
    TRY(net::ListeningSocket socket, open_one({.endpoint = endpoint}));
    sockets.tls.push_back(std::move(socket));
  }
  for (const net::ListenAddress& address : options.listen_plain) {
    TRY(net::ListeningSocket socket, open_one(address));
    sockets.plain.push_back(std::move(socket));
  }
  return sockets;
}

/// Certificate files as given, or those of a CA of our own.
Opened<std::shared_ptr<net::Certificate>> load_certificate(const Options& options, const Sockets& sockets,
                                                           const Privileges& privileges, std::ostream& out) {
  net::ServerTls files{.certificate_file = options.tls_certificate, .key_file = options.tls_key};
  if (options.tls_certificate.empty()) {
    std::vector<std::string> hosts{"localhost", "127.0.0.1", "::1"};
    for (const net::ListeningSocket& socket : sockets.tls) hosts.push_back(socket.endpoint().host);
    if (const auto name = net::parse_endpoint(options.name, 443)) hosts.push_back(name->host);
    const auto as_user = privileges.as_user();
    const auto own = net::own_ca(options.data / "tls", hosts, net::SystemClock().now());
    if (!own) return net::to_text(own.error());
    out << "clients need --server-ca " << own->ca_file.string() << '\n' << std::flush;
    files = own->server;
  }
  auto certificate = net::Certificate::load(std::move(files));
  if (!certificate) return net::to_text(certificate.error());
  return std::move(*certificate);
}

}  // namespace

Opened<Listeners> Listeners::open(const Options& options, const Privileges& privileges, net::Timer& timer,
                                  std::ostream& out) {
  Listeners listeners;
  TRY(Sockets sockets, open_sockets(options));
  if (!sockets.tls.empty()) {
    TRY(listeners.certificate, load_certificate(options, sockets, privileges, out));
  }
  for (net::ListeningSocket& socket : sockets.tls) {
    listeners.lines.push_back("listening on https://" + socket.name());
    listeners.clients.push_back(net::accept_tls(timer, std::move(socket), listeners.certificate));
  }
  for (net::ListeningSocket& socket : sockets.plain) {
    listeners.lines.push_back("listening without TLS on " + socket.name());
    listeners.clients.push_back(net::accept_plain(timer, std::move(socket)));
  }
  if (options.operations_listen) {
    TRY(net::ListeningSocket socket, open_one({.endpoint = options.operations_listen}));
    listeners.lines.push_back("metrics on http://" + socket.name() + "/metrics");
    listeners.probes = net::accept_plain(timer, std::move(socket));
  }
  const auto as_user = privileges.as_user();
  auto operations = net::ListeningSocket::at(options.socket_path(), 0600);
  if (!operations) return complaint("unix:" + options.socket_path().string(), operations.error());
  listeners.operations = net::accept_own_user(timer, std::move(*operations));
  return listeners;
}

void Listeners::close() {
  for (const auto& acceptor : clients) acceptor->close();
  if (probes) probes->close();
  operations->close();
}

}  // namespace sotto::server

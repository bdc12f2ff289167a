#include "server/start.hpp"

#include <ostream>

#include "base/log.hpp"
#include "base/process.hpp"
#include "crypto/start.hpp"
#include "crypto/system_random.hpp"
#include "net/main_loop.hpp"
#include "net/own_ca.hpp"
#include "net/system_time.hpp"
#include "net/tcp_transport.hpp"
#include "server/data_folder.hpp"
#include "server/server.hpp"
#include "server/storage/embedded/embedded_storage.hpp"

namespace sotto::server {
namespace {

constexpr net::Duration lock_within = std::chrono::seconds(5);
constexpr net::Duration stop_within = std::chrono::seconds(10);

struct Failure {
  std::string text;
};
template <class T>
using Start = base::Result<T, Failure>;

/// Certificate files as given, or those of a CA of our own.
Start<net::ServerTls> tls_files(const StartOptions& options, const net::Endpoint& listen, net::Clock& clock,
                                std::ostream& out) {
  if (!options.tls_certificate.empty())
    return net::ServerTls{.certificate_file = options.tls_certificate, .key_file = options.tls_key};
  std::vector<std::string> hosts{"localhost", "127.0.0.1", "::1", listen.host};
  if (const auto name = net::parse_endpoint(options.name, 443)) hosts.push_back(name->host);
  const auto own = net::own_ca(options.data / "tls", hosts, clock.now());
  if (!own) return Failure{net::to_text(own.error())};
  out << "clients need --server-ca " << own->ca_file.string() << '\n' << std::flush;
  return own->server;
}

asio::awaitable<void> stop(Server& server, net::MainLoop& loop) {
  co_await server.stop(stop_within);
  loop.forget_signals();
}

Start<void> serve(const StartOptions& options, std::ostream& out) {
  const auto listen = net::parse_endpoint(options.listen);
  if (!listen) return Failure{"--listen " + options.listen + ": not HOST:PORT"};
  if (const auto started = crypto::start(); !started) return Failure{"the system's cryptography can't be used"};
  auto folder = DataFolder::open(options.data, lock_within);
  if (!folder) return Failure{options.data.string() + ": " + to_text(folder.error())};

  net::MainLoop loop;
  net::SystemTimer timer(loop.executor());
  net::SystemClock clock;
  crypto::SystemRandom random;
  net::TcpTransport transport(timer);

  TRY(const net::ServerTls tls, tls_files(options, *listen, clock, out));
  EmbeddedOptions where{.file = options.data / "server.db"};
  const auto storage = EmbeddedStorage::open(loop.executor(), random, std::move(where));
  if (!storage) return Failure{options.data.string() + ": " + to_text(storage.error())};
  const auto acceptor = transport.listen(*listen, tls);
  if (!acceptor) return Failure{"listening on " + options.listen + ": " + net::to_text(acceptor.error())};

  Server server(**storage, clock, timer, random, {.registration = options.registration, .authority = options.name});
  net::spawn(loop.executor(), server.serve(**acceptor));
  net::spawn(loop.executor(), server.keep_tidy());
  loop.on_stop_signal([&] {
    (*acceptor)->close();
    net::spawn(loop.executor(), stop(server, loop));
  });
  out << "listening on https://" << net::to_text((*acceptor)->bound()) << '\n' << std::flush;
  loop.run();
  base::log::info("stopped");
  return {};
}

}  // namespace

int run(const StartOptions& options, std::ostream& out, std::ostream& err) {
  base::harden_process();
  const auto served = serve(options, out);
  if (served) return 0;
  err << "sotto-server: " << served.error().text << '\n' << std::flush;
  return 1;
}

}  // namespace sotto::server

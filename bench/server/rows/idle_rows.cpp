#include "bench/server/loads.hpp"
#include "bench/lines/process.hpp"
#include "bench/server/rows/rows.hpp"

namespace sotto::bench {
namespace {

/// A few seconds, in which the server gives back what its handshakes needed.
void settle(Clients& clients) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  clients.run_until([end] { return std::chrono::steady_clock::now() >= end; });
}

}  // namespace

void measure_idle(const std::vector<Resident>& all, Table& table) {
  constexpr std::size_t count = 5'000;
  const auto first = part(all, 2'900, 100), rest = part(all, 3'000, count);
  for (const bool is_plain : {false, true}) {
    ServerProcess server(data_folder(), {"--listen-plain", "127.0.0.1:0", "--limits-connections", "20000"});
    Clients clients = is_plain ? Clients(server.plain_endpoint()) : Clients(server.endpoint(), server.ca_file());
    Listeners some(clients, first);
    settle(clients);
    const double before = server.resident_kib();
    Listeners many(clients, rest);
    settle(clients);
    table.add(std::string("idle mailbox, ") + (is_plain ? "plain" : "TLS") + ": resident memory", "KiB",
              (server.resident_kib() - before) / static_cast<double>(count));
  }
}

}  // namespace sotto::bench

#include "bench/server/loads.hpp"
#include "bench/lines/process.hpp"
#include "bench/server/rows/rows.hpp"

namespace sotto::bench {
namespace {

constexpr double tick_us = 25'000;

}  // namespace

std::filesystem::path data_folder() { return std::filesystem::path(SOTTO_BENCH_DIR) / "server-data"; }

double measure_full_load(const std::vector<Resident>& all, std::size_t connections, const std::string& name,
                         Table& table) {
  ServerProcess server(data_folder());
  Clients clients(server.endpoint(), server.ca_file());
  const auto who = part(all, 0, connections / 2);
  Listeners listeners(clients, who);
  send_in_a_loop(clients, who, {.senders = connections / 2, .seconds = 1});
  const double before = server.cpu_us();
  const Outcome outcome = send_in_a_loop(clients, who, {.senders = connections / 2, .seconds = 6});
  const double cpu = (server.cpu_us() - before) / outcome.messages;
  table.add(name + ": server CPU", "us/message", cpu);
  table.add(name + ": sent and acknowledged", "messages/s", outcome.a_second());
  return cpu;
}

void measure_rate(const std::vector<Resident>& all, Table& table) {
  ServerProcess server(data_folder());
  Clients clients(server.endpoint(), server.ca_file());
  const auto who = part(all, 0, 100);
  Listeners listeners(clients, who);
  send_at_a_rate(clients, who, {.a_second = 500, .seconds = 1});
  const double before = server.cpu_us();
  const Outcome outcome = send_at_a_rate(clients, who, {.a_second = 500, .seconds = 8});
  const double cpu = server.cpu_us() - before;
  table.add("500 messages/s, open loop: server CPU", "us/message", cpu / outcome.messages);
  table.add("500 messages/s, open loop: latency over the tick, p50", "us",
            Percentiles(outcome.latencies_us).at(0.5) - tick_us);
  table.add("500 messages/s, open loop: latency over the tick, p99", "us",
            Percentiles(outcome.latencies_us).at(0.99) - tick_us);
}

void measure_offline(const std::vector<Resident>& all, Table& table) {
  ServerProcess server(data_folder());
  Clients clients(server.endpoint(), server.ca_file());
  const auto who = part(all, 1000, 1000);
  const double before = server.cpu_us();
  const Outcome outcome = send_in_a_loop(clients, who, {.senders = 1000, .seconds = 6});
  table.add("store for who is away: server CPU", "us/message", (server.cpu_us() - before) / outcome.messages);
  table.add("store for who is away", "messages/s", outcome.a_second());
  const double drain_before = server.cpu_us();
  const auto begun = std::chrono::steady_clock::now();
  Listeners listeners(clients, who);
  clients.run_until([&] { return listeners.received() >= outcome.messages; });
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  table.add("drain, connecting included", "messages/s", outcome.messages / seconds);
  table.add("drain, connecting included: server CPU", "us/message",
            (server.cpu_us() - drain_before) / outcome.messages);
}

void measure_bundles(const std::vector<Resident>& all, Table& table) {
  ServerProcess server(data_folder());
  Clients clients(server.endpoint(), server.ca_file());
  const auto who = part(all, 0, 1000);
  const double before = server.cpu_us();
  const Outcome outcome =
      ask_in_a_loop(clients, [&](std::size_t i) { return bundle_request(who[i % who.size()]); }, 400, 4);
  table.add("bundles with one-time keys", "bundles/s", outcome.a_second());
  table.add("bundles with one-time keys: server CPU", "us/bundle", (server.cpu_us() - before) / outcome.messages);
}

void measure_shared(const std::vector<Resident>& all, Table& table) {
  ServerProcess server(data_folder());
  Clients clients(server.endpoint(), server.ca_file());
  const auto who = part(all, 2000, 1000);
  std::size_t sent = 0;
  const double before = server.cpu_us();
  while (sent < 20) {
    const Outcome outcome =
        ask_in_a_loop(clients, [&](std::size_t) { return shared_letter(who, 1024, clients.random); }, 1, 0.2);
    sent += static_cast<std::size_t>(outcome.messages);
  }
  table.add("one message to 1000 devices: server CPU", "ms",
            (server.cpu_us() - before) / static_cast<double>(sent) / 1000);
}

}  // namespace sotto::bench

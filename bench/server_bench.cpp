// room: server
// A server in a process of its own, over TLS on loopback and this disk: what a message costs it in processor time, and
// how long things take. Writes build/bench/server.json.
#include <sys/resource.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "bench/server/floors.hpp"
#include "bench/server/loads.hpp"
#include "bench/server/process.hpp"
#include "crypto/start.hpp"

namespace {

using namespace sotto::bench;
namespace fs = std::filesystem;

constexpr double tick_us = 25'000;

struct Row {
  std::string name, unit;
  double ours;
};

class Table {
 public:
  void add(std::string name, std::string unit, double value) {
    std::printf("%-64s %12.2f %s\n", name.c_str(), value, unit.c_str());
    std::fflush(stdout);
    rows_.push_back({std::move(name), std::move(unit), value});
  }
  void write() const {
    fs::create_directories(SOTTO_BENCH_DIR);
    std::ofstream json(fs::path(SOTTO_BENCH_DIR) / "server.json");
    json << "{\"rows\":[";
    for (const Row& row : rows_) {
      json << (&row == rows_.data() ? "" : ",") << "\n{\"name\":\"" << row.name << "\",\"unit\":\"" << row.unit
           << "\",\"ours\":" << row.ours << "}";
    }
    json << "\n]}\n";
  }

 private:
  std::vector<Row> rows_;
};

fs::path data_folder() { return fs::path(SOTTO_BENCH_DIR) / "server-data"; }

std::vector<Resident> part(const std::vector<Resident>& all, std::size_t from, std::size_t count) {
  return {all.begin() + static_cast<std::ptrdiff_t>(from), all.begin() + static_cast<std::ptrdiff_t>(from + count)};
}

/// Half of the connections send, half receive and acknowledge.
void measure_full_load(const std::vector<Resident>& all, std::size_t connections, Table& table) {
  ServerProcess server(data_folder());
  Clients clients(server.endpoint(), server.ca_file());
  const auto who = part(all, 0, connections / 2);
  Listeners listeners(clients, who);
  send_in_a_loop(clients, who, {.senders = connections / 2, .seconds = 1});
  const double before = server.cpu_us();
  const Outcome outcome = send_in_a_loop(clients, who, {.senders = connections / 2, .seconds = 6});
  const double cpu = server.cpu_us() - before;
  const std::string name = std::to_string(connections) + " connections, closed loop, 1 KiB: ";
  table.add(name + "server CPU", "us/message", cpu / outcome.messages);
  table.add(name + "sent and acknowledged", "messages/s", outcome.a_second());
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
            percentile(outcome.latencies_us, 0.5) - tick_us);
  table.add("500 messages/s, open loop: latency over the tick, p99", "us",
            percentile(outcome.latencies_us, 0.99) - tick_us);
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

/// A few seconds, in which the server gives back what its handshakes needed.
void settle(Clients& clients) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  clients.run_until([end] { return std::chrono::steady_clock::now() >= end; });
}

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

/// What a message for somebody who is away costs, among so many mailboxes and behind so many that wait.
double cost_of_storing(const std::vector<Resident>& who) {
  ServerProcess server(data_folder());
  Clients clients(server.endpoint(), server.ca_file());
  send_in_a_loop(clients, who, {.senders = 500, .seconds = 1});
  const double before = server.cpu_us();
  const Outcome outcome = send_in_a_loop(clients, who, {.senders = 500, .seconds = 3});
  return (server.cpu_us() - before) / outcome.messages;
}

void measure_growth(Table& table) {
  for (const std::size_t mailboxes : {std::size_t{1'000}, std::size_t{100'000}}) {
    const auto all = populate(data_folder(), mailboxes);
    std::vector<Resident> spread;  // all over the table
    for (std::size_t i = 0; i < 1'000; ++i) spread.push_back(all[i * (mailboxes / 1'000)]);
    table.add("store, among " + std::to_string(mailboxes) + " mailboxes: server CPU", "us/message",
              cost_of_storing(spread));
  }
  const auto all = populate(data_folder(), 300);
  const auto deep = part(all, 0, 100), shallow = part(all, 100, 100);
  table.add("store, behind none: server CPU", "us/message", cost_of_storing(shallow));
  fill_mailboxes(data_folder(), deep, 9'000, 256);
  table.add("store, behind 9000 that wait: server CPU", "us/message", cost_of_storing(deep));
}

void measure_restart(Table& table) {
  const auto all = populate(data_folder(), 1'000);
  fill_mailboxes(data_folder(), all, 1'000, 256);
  {
    const ServerProcess first(data_folder());
  }  // killed
  const ServerProcess server(data_folder());
  table.add("restart after a kill, with 1000000 messages queued", "ms", server.started_after_ms());
}

void measure_floors(Table& table) {
  const fs::path folder = fs::path(SOTTO_BENCH_DIR) / "floors";
  fs::remove_all(folder);
  fs::create_directories(folder);
  table.add("floor: write and fdatasync of this disk", "us", fdatasync_us(folder));
  table.add("floor: SQLite, insert and delete in groups of 100", "us/message", sqlite_us(folder));
  table.add("floor: HTTPS answered at once, 100 connections", "us/request", bare_relay_us(folder));
  fs::remove_all(folder);
}

}  // namespace

int main(int count, char** arguments) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  if (!sotto::crypto::start()) return 1;
  const std::string only = count > 1 ? arguments[1] : "";
  const auto wants = [&only](std::string_view name) { return only.empty() || only == name; };
  Table table;
  if (wants("floors")) measure_floors(table);
  const auto all = populate(data_folder(), 8'000, 1'000);
  if (wants("load-200")) measure_full_load(all, 200, table);
  if (wants("load-2000")) measure_full_load(all, 2'000, table);
  if (wants("rate")) measure_rate(all, table);
  if (wants("offline")) measure_offline(all, table);
  if (wants("bundles")) measure_bundles(all, table);
  if (wants("shared")) measure_shared(all, table);
  if (wants("idle")) measure_idle(all, table);
  if (wants("growth")) measure_growth(table);
  if (wants("restart")) measure_restart(table);
  if (only.empty()) table.write();
  fs::remove_all(data_folder());
  return 0;
}

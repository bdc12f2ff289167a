#include "bench/server/loads.hpp"
#include "bench/server/process.hpp"
#include "bench/server/rows.hpp"

namespace sotto::bench {
namespace {

/// What a message for somebody who is away costs, among so many mailboxes and behind so many that wait.
double cost_of_storing(const std::vector<Resident>& who) {
  ServerProcess server(data_folder());
  Clients clients(server.endpoint(), server.ca_file());
  send_in_a_loop(clients, who, {.senders = 500, .seconds = 1});
  const double before = server.cpu_us();
  const Outcome outcome = send_in_a_loop(clients, who, {.senders = 500, .seconds = 3});
  return (server.cpu_us() - before) / outcome.messages;
}

}  // namespace

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

}  // namespace sotto::bench

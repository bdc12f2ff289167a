#include <algorithm>
#include <random>

#include "bench/server/loads.hpp"
#include "bench/lines/process.hpp"
#include "bench/server/rows/rows.hpp"

namespace sotto::bench {
namespace {

/// Neighbours in the tables are not written to one after the other.
std::vector<Resident> shuffled(std::vector<Resident> all) {
  std::ranges::shuffle(all, std::mt19937(1));
  return all;
}

/// What a message for somebody who is away costs, among so many mailboxes and behind so many that wait.
///
/// first  written to before anything is measured
double cost_of_storing(const std::vector<Resident>& first, const std::vector<Resident>& who) {
  ServerProcess server(data_folder());
  Clients clients(server.endpoint(), server.ca_file());
  send_in_a_loop(clients, first, {.senders = 500, .seconds = 1});
  const double before = server.cpu_us();
  const Outcome outcome = send_in_a_loop(clients, who, {.senders = 500, .seconds = 3});
  return (server.cpu_us() - before) / outcome.messages;
}

}  // namespace

void measure_growth(Table& table) {
  constexpr std::size_t few = 1'000;
  for (const std::size_t mailboxes : {std::size_t{1'000}, std::size_t{100'000}, std::size_t{1'000'000}}) {
    const auto all = populate(data_folder(), mailboxes);
    std::vector<Resident> spread;  // all over the table
    for (std::size_t i = 0; i < few; ++i) spread.push_back(all[i * (mailboxes / few)]);
    const std::string name = "store, among " + std::to_string(mailboxes) + " mailboxes";
    table.add(name + ", to a thousand of them: server CPU", "us/message", cost_of_storing(spread, spread));
    if (mailboxes < 100'000) continue;
    // Nobody is written to twice here: what was read of a mailbox before is no help.
    const auto mixed = shuffled(all);
    table.add(name + ", to each the first message: server CPU", "us/message",
              cost_of_storing(spread, part(mixed, 0, std::min<std::size_t>(mixed.size(), 500'000))));
  }
  for (const std::size_t depth : {std::size_t{1}, std::size_t{1'000}, std::size_t{10'000}}) {
    const auto who = populate(data_folder(), 100);
    fill_mailboxes(data_folder(), who, depth, 1'024);
    table.add("store, behind " + std::to_string(depth) + " that wait: server CPU", "us/message",
              cost_of_storing(who, who));
  }
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

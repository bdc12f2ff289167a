#include <map>

#include "bench/server/ejabberd/ejabberd.hpp"
#include "bench/server/ejabberd/xmpp.hpp"
#include "bench/server/rows/rows.hpp"

namespace sotto::bench {
namespace {

struct Figure {
  double cpu_us;  // for a message
  double a_second;
};

/// The load as fast as it goes, at the pace that our tick gives ours with 200 connections, and at the rate of our open
/// loop: the faster a server is driven, the more of its work it does in one go.
struct Figures {
  Figure full, paced, slow;
};

Figure measured(Ejabberd& server, xmpp::Load& load, xmpp::Pace pace) {
  const double before = server.cpu_us();
  const Outcome outcome = load.send_in_a_loop(pace, 1024);
  return {.cpu_us = (server.cpu_us() - before) / outcome.messages, .a_second = outcome.a_second()};
}

std::optional<Figures> load_of_ejabberd(std::size_t connections, Ejabberd::Modules modules) {
  const auto folder = std::filesystem::path(SOTTO_BENCH_DIR) / "ejabberd";
  const auto server = Ejabberd::start(folder, connections, modules);
  if (!server) return std::nullopt;
  Clients clients(server->endpoint(), server->ca_file());
  xmpp::Load load(clients, connections / 2);
  load.send_in_a_loop({.seconds = 1}, 1024);
  const auto at = [connections](std::size_t a_second) {  // senders are half of the connections
    return std::chrono::microseconds(connections / 2 * 1'000'000 / a_second);
  };
  const Figure full = measured(*server, load, {.seconds = 6});
  const Figure paced = measured(*server, load, {.seconds = 6, .interval = at(4'000)});
  return Figures{.full = full, .paced = paced, .slow = measured(*server, load, {.seconds = 6, .interval = at(500)})};
}

}  // namespace

void measure_ejabberd(const std::vector<Resident>& all, Table& table) {
  if (!Ejabberd::is_there()) return table.skip("ejabberd", "since tools/fetch-ejabberd could not bring it");
  for (const std::size_t connections : {std::size_t{200}, std::size_t{2'000}}) {
    const std::string name = std::to_string(connections) + " connections";
    const double before = measure_full_load(all, connections, "beside ejabberd, just before, " + name, table);
    std::map<std::string, double> theirs;
    for (const auto modules : {Ejabberd::Modules::as_debian_has_them, Ejabberd::Modules::fewest}) {
      const bool is_plain = modules == Ejabberd::Modules::as_debian_has_them;
      const std::string what = is_plain ? "ejabberd, " + name : "ejabberd with the fewest modules, " + name;
      const auto figures = load_of_ejabberd(connections, modules);
      if (!figures) return table.skip("ejabberd", "since it does not start");
      const std::pair<std::string, Figure> paces[] = {
          {"", figures->full}, {", 4000 messages/s", figures->paced}, {", 500 messages/s", figures->slow}};
      for (const auto& [pace, figure] : paces) {
        table.add(what + pace + ": server CPU", "us/message", figure.cpu_us);
        table.add(what + pace + ": sent and acknowledged", "messages/s", figure.a_second);
        if (pace != paces[2].first) theirs[what + pace] = figure.cpu_us;  // ours at that rate has a row of its own
      }
    }
    const double after = measure_full_load(all, connections, "beside ejabberd, just after, " + name, table);
    for (const auto& [what, cpu] : theirs) table.add(what + ": over ours", "times", cpu / ((before + after) / 2));
  }
}

}  // namespace sotto::bench

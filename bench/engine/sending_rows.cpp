#include <algorithm>
#include <chrono>
#include <deque>

#include "base/check.hpp"
#include "bench/engine/rows.hpp"

namespace sotto::bench {
namespace {

using Clock = std::chrono::steady_clock;
double us_since(Clock::time_point begun) {
  return std::chrono::duration<double, std::micro>(Clock::now() - begun).count();
}

double median(std::vector<double> all) {
  std::ranges::nth_element(all, all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2));
  return all[all.size() / 2];
}

struct Figures {
  std::vector<double> kept_us, committed_us, sent_us;
  double cpu_us = 0;  // of the engine, for each message
};

Figures send_some(Place& place, Citizen& from) {
  constexpr int count = 200;
  Figures made;
  const double before = own_cpu_us();
  for (int i = 0; i < count; ++i) {
    const auto begun = Clock::now();
    double committed = 0;
    from.watch = [&](client::Step step) {
      if (step == client::Step::encrypted) committed = us_since(begun);
    };
    const auto kept = from.engine().enqueue("peer", "a message of some forty bytes, as people write");
    CHECK(kept);
    made.kept_us.push_back(us_since(begun));
    CHECK(place.wait(from.engine().drain_outbox()));
    made.sent_us.push_back(us_since(begun));
    made.committed_us.push_back(committed);
  }
  from.watch = {};
  made.cpu_us = (own_cpu_us() - before) / count;
  return made;
}

}  // namespace

void measure_sending(Place& place, const std::filesystem::path& folder, Table& table) {
  std::deque<Citizen> peers;
  Citizen ana(place, folder / "ana.db");
  ana.register_as("ana");
  peers.emplace_back(place, folder / "peer-1.db").register_as("peer");
  ana.become_contact_of(peers.front(), "ana", "peer");
  for (const std::size_t devices : {1U, 3U, 5U}) {
    while (peers.size() < devices) {
      peers.emplace_back(place, folder / ("peer-" + std::to_string(peers.size() + 1) + ".db")).link_to(peers.front());
    }
    CHECK(ana.engine().enqueue("peer", "the sessions begin"));
    CHECK(place.wait(ana.engine().drain_outbox()));
    for (Citizen& peer : peers) peer.listen();
    CHECK(peers.front().engine().enqueue("ana", "and turn"));
    CHECK(place.wait(peers.front().engine().drain_outbox()));
    ana.listen();
    const Figures figures = send_some(place, ana);
    const std::string to = "send to a contact with " + std::to_string(devices) + " device" + (devices > 1 ? "s" : "");
    table.add(to + ": kept (one fsync)", "us", median(figures.kept_us));
    table.add(to + ": encrypted and committed", "us", median(figures.committed_us));
    table.add(to + ": with the server, answer tick included", "us", median(figures.sent_us));
    table.add(to + ": processor time of the engine", "us", figures.cpu_us);
    for (Citizen& peer : peers) CHECK(peer.listen() == 200);
  }
}

}  // namespace sotto::bench

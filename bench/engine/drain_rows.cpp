#include <chrono>
#include <deque>
#include <filesystem>

#include "base/check.hpp"
#include "bench/engine/rows.hpp"

namespace sotto::bench {
namespace {

constexpr std::size_t waiting = 9'600, writers = 8;  // a mailbox takes 10,000, and not only these

std::uintmax_t size_of(const Citizen& citizen) { return std::filesystem::file_size(citizen.file()); }

/// Sends all that a writer has, however often the server asks to wait.
net::asio::awaitable<void> send_all(Citizen& from, net::Timer& timer, std::size_t& done) {
  while (true) {
    const auto sent = co_await from.engine().drain_outbox();
    if (sent) break;
    co_await timer.sleep(std::chrono::seconds(1));
  }
  ++done;
}

/// All writers at once: each message waits for the server's tick.
void fill(Place& place, const std::filesystem::path& folder, Citizen& to) {
  std::deque<Citizen> all;
  std::size_t done = 0;
  for (std::size_t i = 0; i < writers; ++i) {
    const std::string name = "writer" + std::to_string(i);
    Citizen& from = all.emplace_back(place, folder / (name + ".db"));
    from.register_as(name);
    from.become_contact_of(to, name, "reader");
    for (std::size_t n = 0; n < waiting / writers; ++n)
      CHECK(from.engine().enqueue("reader", "message " + std::to_string(n) + " of some forty bytes, as people write"));
  }
  // Not before all are contacts: that drains the mailbox.
  for (Citizen& from : all) net::spawn(place.io.get_executor(), send_all(from, place.timer, done));
  while (done < writers) place.io.run_one();
}

}  // namespace

void measure_drain(Place& place, const std::filesystem::path& folder, Table& table) {
  Citizen to(place, folder / "reader.db");
  to.register_as("reader");
  fill(place, folder, to);
  to.restart();
  const auto size_before = size_of(to);
  const double cpu_before = own_cpu_us(), resident_before = own_resident_kib();
  double resident_most = 0;
  std::size_t settled = 0;
  to.watch = [&](client::Step step) {
    if (step == client::Step::settled && ++settled % 256 == 0)
      resident_most = std::max(resident_most, own_resident_kib());
  };
  const auto begun = std::chrono::steady_clock::now();
  CHECK(to.listen() == waiting);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  const double cpu = own_cpu_us() - cpu_before;
  to.watch = {};
  to.restart();
  constexpr auto count = static_cast<double>(waiting);
  table.add("9,600 queued messages: drained, a second", "1/s", count / took.count());
  table.add("9,600 queued messages: processor time of the engine, a message", "us", cpu / count);
  table.add("9,600 queued messages: memory above the start at most", "KiB", resident_most - resident_before);
  table.add("store: growth for each received message of 60 bytes", "bytes",
            static_cast<double>(size_of(to) - size_before) / count);
}

}  // namespace sotto::bench

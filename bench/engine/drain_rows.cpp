#include <chrono>
#include <filesystem>

#include "base/check.hpp"
#include "bench/engine/rows.hpp"

namespace sotto::bench {
namespace {

constexpr std::size_t waiting = 10'000;

std::uintmax_t size_of(const Citizen& citizen) { return std::filesystem::file_size(citizen.file()); }

}  // namespace

void measure_drain(Place& place, const std::filesystem::path& folder, Table& table) {
  Citizen from(place, folder / "from.db"), to(place, folder / "to.db");
  from.register_as("from");
  to.register_as("to");
  from.become_contact_of(to, "from", "to");
  for (std::size_t i = 0; i < waiting; ++i)
    CHECK(from.engine().enqueue("to", "message " + std::to_string(i) + " of some forty bytes, as people write"));
  CHECK(place.wait(from.engine().drain_outbox()));
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
  table.add("10,000 queued messages: drained, a second", "1/s", count / took.count());
  table.add("10,000 queued messages: processor time of the engine, a message", "us", cpu / count);
  table.add("10,000 queued messages: memory above the start at most", "KiB", resident_most - resident_before);
  table.add("store: growth for each received message of 60 bytes", "bytes",
            static_cast<double>(size_of(to) - size_before) / count);
}

}  // namespace sotto::bench

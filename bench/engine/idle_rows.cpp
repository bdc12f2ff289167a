#include <chrono>
#include <fstream>
#include <thread>

#include "base/check.hpp"
#include "bench/engine/rows.hpp"
#include "bench/lines/child.hpp"

namespace sotto::bench {
namespace {

void run_to_end(std::vector<std::string> words) {
  Child child(std::move(words));
  while (child.line()) {
  }
}

}  // namespace

void measure_idle_daemon(Place& place, const std::filesystem::path& folder, Table& table) {
  const std::filesystem::path passphrase = folder / "passphrase", ca = folder / "ca.pem", data = folder / "idle";
  std::ofstream(passphrase) << "a passphrase for the bench\n";
  std::ofstream(ca) << place.ca_pem;
  const std::vector<std::string> person{SOTTO_PROGRAM, "--data", data.string(), "--passphrase-file",
                                        passphrase.string()};
  const auto command = [&person](std::initializer_list<std::string> words) {
    std::vector<std::string> all = person;
    all.insert(all.end(), words);
    return all;
  };
  run_to_end(command({"register", "--server", "https://" + net::to_text(place.server), "--name", "idle", "--server-ca",
                      ca.string(), "--kdf", "fastest-allowed", "--recovery-key-file", (folder / "idle.key").string()}));
  Child daemon(command({"daemon"}));
  CHECK(daemon.line());
  constexpr std::chrono::seconds settling{10}, watched{30};
  std::this_thread::sleep_for(settling);
  const double switches = daemon.context_switches(), cpu = daemon.cpu_us();
  std::this_thread::sleep_for(watched);
  const double minutes = std::chrono::duration<double, std::ratio<60>>(watched).count();
  table.add("idle connected daemon: resident memory", "KiB", daemon.resident_kib());
  table.add("idle connected daemon: wake-ups", "1/min", (daemon.context_switches() - switches) / minutes);
  table.add("idle connected daemon: processor time", "us/min", (daemon.cpu_us() - cpu) / minutes);
}

}  // namespace sotto::bench

// room: client
// The engine over TLS on loopback, a server in a process of its own, and this disk. Writes build/bench/engine.json.
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "bench/engine/rows.hpp"
#include "bench/lines/process.hpp"
#include "crypto/start.hpp"

using namespace sotto::bench;

int main(int count, char** arguments) {
  if (!sotto::crypto::start()) return 1;
  if (count == 4 && std::string_view(arguments[1]) == "--open") return open_and_show(arguments[2], arguments[3]);
  const std::string only = count > 1 ? arguments[1] : "";
  const auto wants = [&only](std::string_view name) { return only.empty() || only == name; };
  const std::filesystem::path folder =
      std::filesystem::path(SOTTO_BENCH_DIR) / ("engine-data-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  Table table;
  {
    const ServerProcess server(folder / "server");
    Place place;
    place.server = server.endpoint();
    std::ifstream ca(server.ca_file());
    place.ca_pem.assign(std::istreambuf_iterator<char>(ca), {});
    if (wants("sending")) measure_sending(place, folder, table);
    if (wants("drain")) measure_drain(place, folder, table);
    if (wants("start")) measure_start(place, folder, table);
    if (wants("idle")) measure_idle_daemon(place, folder, table);
  }
  if (only.empty()) table.write("engine");
  std::filesystem::remove_all(folder);
  return 0;
}

// room: server
// A server in a process of its own, over TLS on loopback and this disk: what a message costs it in processor time, and
// how long things take. Writes build/bench/server.json.
#include <sys/resource.h>

#include "bench/server/rows/rows.hpp"
#include "crypto/start.hpp"

using namespace sotto::bench;

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
  if (wants("load-200")) measure_full_load(all, 200, "200 connections, closed loop, 1 KiB", table);
  if (wants("load-2000")) measure_full_load(all, 2'000, "2000 connections, closed loop, 1 KiB", table);
  if (wants("rate")) measure_rate(all, table);
  if (wants("offline")) measure_offline(all, table);
  if (wants("bundles")) measure_bundles(all, table);
  if (wants("shared")) measure_shared(all, table);
  if (wants("idle")) measure_idle(all, table);
  if (wants("ejabberd")) measure_ejabberd(all, table);
  if (wants("growth")) measure_growth(table);
  if (wants("restart")) measure_restart(table);
  if (only.empty()) table.write("server");
  std::filesystem::remove_all(data_folder());
  return 0;
}

#pragma once
#include "bench/engine/citizen.hpp"
#include "bench/lines/table.hpp"

/// What is measured, a function for each kind of figure. All of it is without the passphrase's cost.
namespace sotto::bench {

/// One text to a contact with 1, 3 and 5 devices: until it is committed, and until all of it is with the server.
void measure_sending(Place& place, const std::filesystem::path& folder, Table& table);
/// What waited at the server while the device was away.
void measure_drain(Place& place, const std::filesystem::path& folder, Table& table);
/// A folder with many conversations, until the first of them can be shown.
void measure_start(Place& place, const std::filesystem::path& folder, Table& table);
/// What a process of its own does for it. returns  its exit code
int open_and_show(const std::string& file, const std::string& key_file);
/// A connected program that nobody writes to.
void measure_idle_daemon(Place& place, const std::filesystem::path& folder, Table& table);

/// Processor time of this process so far, in microseconds.
double own_cpu_us();
/// Memory of this process now, in KiB.
double own_resident_kib();

}  // namespace sotto::bench

#pragma once
#include <filesystem>

#include "bench/server/population.hpp"
#include "bench/lines/table.hpp"

/// What is measured, a function for each kind of figure.
namespace sotto::bench {

std::filesystem::path data_folder();
inline std::vector<Resident> part(const std::vector<Resident>& all, std::size_t from, std::size_t count) {
  return {all.begin() + static_cast<std::ptrdiff_t>(from), all.begin() + static_cast<std::ptrdiff_t>(from + count)};
}

// With a server that was populated before.
/// Half of the connections send, half receive and acknowledge.
/// returns  server CPU for a message, in microseconds
double measure_full_load(const std::vector<Resident>& all, std::size_t connections, const std::string& name,
                         Table& table);
void measure_rate(const std::vector<Resident>& all, Table& table);
void measure_offline(const std::vector<Resident>& all, Table& table);
void measure_bundles(const std::vector<Resident>& all, Table& table);
void measure_shared(const std::vector<Resident>& all, Table& table);
void measure_idle(const std::vector<Resident>& all, Table& table);
/// The same load with ejabberd, and ours just before and after.
void measure_ejabberd(const std::vector<Resident>& all, Table& table);

// With servers of their own.
void measure_floors(Table& table);
void measure_growth(Table& table);
void measure_restart(Table& table);

}  // namespace sotto::bench

#include "bench/lines/table.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace sotto::bench {

void Table::add(std::string name, std::string unit, double value) {
  std::printf("%-72s %12.2f %s\n", name.c_str(), value, unit.c_str());
  std::fflush(stdout);
  rows_.push_back({std::move(name), std::move(unit), value});
}

void Table::skip(const std::string& what, const std::string& why) const {
  std::printf("%s: skipped, %s\n", what.c_str(), why.c_str());
  std::fflush(stdout);
}

void Table::write(const std::string& name) const {
  std::filesystem::create_directories(SOTTO_BENCH_DIR);
  std::ofstream json(std::filesystem::path(SOTTO_BENCH_DIR) / (name + ".json"));
  json << "{\"rows\":[";
  for (const Row& row : rows_) {
    json << (&row == rows_.data() ? "" : ",") << "\n{\"name\":\"" << row.name << "\",\"unit\":\"" << row.unit
         << "\",\"ours\":" << row.ours << "}";
  }
  json << "\n]}\n";
}

}  // namespace sotto::bench

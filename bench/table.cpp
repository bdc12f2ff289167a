#include "bench/table.hpp"

#include <benchmark/benchmark.h>

#include <filesystem>
#include <fstream>
#include <vector>

namespace sotto::bench {
namespace {

struct Row {
  std::string name, unit;
  double ours;
};

class Table final : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    ConsoleReporter::ReportRuns(runs);
    for (const Run& run : runs) {
      const bool is_median = run.aggregate_name == "median";
      if (run.run_type == Run::RT_Aggregate && !is_median) continue;
      rows.push_back(
          {run.run_name.function_name, benchmark::GetTimeUnitString(run.time_unit), run.GetAdjustedCPUTime()});
    }
  }
  std::vector<Row> rows;
};

}  // namespace

int run_and_write(const std::string& name, int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  Table table;
  benchmark::RunSpecifiedBenchmarks(&table);

  std::filesystem::create_directories(SOTTO_BENCH_DIR);
  std::ofstream file(std::string(SOTTO_BENCH_DIR "/") + name + ".json");
  file << "{\"rows\":[";
  const char* separator = "";
  for (const Row& row : table.rows) {
    file << separator << "\n  {\"name\":\"" << row.name << "\",\"unit\":\"" << row.unit << "\",\"ours\":" << row.ours
         << "}";
    separator = ",";
  }
  file << "\n]}\n";
  return file.good() ? 0 : 1;
}

}  // namespace sotto::bench

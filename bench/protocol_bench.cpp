// room: protocol
// The protocol library's figures. Without arguments: times each row and its floor, and prints one JSON object. With
// `instructions`, under callgrind: one operation of each row, each with a dump of its own. tools/bench-protocol runs
// both, adds the official package's figures and prints the table.
#include <valgrind/callgrind.h>

#include <algorithm>
#include <ctime>
#include <iostream>
#include <map>
#include <optional>

#include "base/check.hpp"
#include "bench/protocol/floor.hpp"
#include "bench/protocol/rows.hpp"
#include "crypto/start.hpp"

namespace sotto::bench {
namespace {

constexpr int rounds = 7;
constexpr double least_round_s = 0.02;

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double seconds_of(const std::function<void()>& operation, std::size_t times) {
  const double before = cpu_seconds();
  for (std::size_t i = 0; i < times; ++i) operation();
  return cpu_seconds() - before;
}

std::size_t times_for_a_round(const std::function<void()>& operation) {
  std::size_t times = 1;
  while (seconds_of(operation, times) < least_round_s) times *= 2;
  return times;
}

struct Timed {
  std::string name;
  std::function<void()> operation;
  std::size_t times;
  double least_us = 1e300;
};

// The least of some rounds; ours and its floor take turns, so that a machine that slows down does it to both.
void measure(std::vector<Timed*> together) {
  for (int round = 0; round < rounds; ++round) {
    for (Timed* one : together) {
      const double each = seconds_of(one->operation, one->times) * 1e6 / static_cast<double>(one->times);
      one->least_us = std::min(one->least_us, each);
    }
  }
}

Timed timed(std::string name, std::function<void()> operation) {
  const std::size_t times = times_for_a_round(operation);
  return {std::move(name), std::move(operation), times};
}

std::vector<Row> all_rows() {
  std::vector<Row> all;
  for (auto part : {session_rows, group_rows, growth_rows, primitive_rows}) {
    for (Row& row : part()) all.push_back(std::move(row));
  }
  return all;
}

// `encrypt_without_records` has the floor of `encrypt`.
std::string floor_of(const std::string& name) { return name.substr(0, name.find("_with")); }

void print_times() {
  std::map<std::string, std::function<void()>> floor;
  for (auto& [row, primitives] : floors()) floor.emplace(row, primitives);
  const char* separator = "{\"rows\":[";
  for (const Row& row : all_rows()) {
    Timed ours = timed(row.name, row.make());
    std::vector<Timed*> together{&ours};
    std::optional<Timed> least;
    if (const auto found = floor.find(floor_of(row.name)); found != floor.end()) {
      least = timed(found->first, found->second);
      together.push_back(&*least);
    }
    measure(together);
    std::cout << separator << "\n{\"name\":\"" << row.name << "\",\"unit\":\"us\",\"ours\":" << ours.least_us;
    if (least) std::cout << ",\"floor\":" << least->least_us;
    std::cout << "}" << std::flush;
    separator = ",";
  }
  for (auto part : {sizes, allocations}) {
    for (const Count& count : part()) {
      std::cout << separator << "\n{\"name\":\"" << count.name << "\",\"unit\":\"" << count.unit
                << "\",\"ours\":" << count.value << "}";
    }
  }
  std::cout << "\n]}\n";
}

void count_instructions() {
  for (const Row& row : all_rows()) {
    const auto operation = row.make();
    operation();  // what is done once is done
    CALLGRIND_START_INSTRUMENTATION;
    CALLGRIND_ZERO_STATS;
    operation();
    CALLGRIND_DUMP_STATS_AT(row.name.c_str());
    CALLGRIND_STOP_INSTRUMENTATION;
  }
}

}  // namespace
}  // namespace sotto::bench

int main(int argc, char** argv) {
  CHECK(sotto::crypto::start());
  if (argc > 1 && std::string_view(argv[1]) == "instructions") {
    sotto::bench::count_instructions();
  } else {
    sotto::bench::print_times();
  }
  return std::cout ? 0 : 1;
}

#pragma once
#include <functional>
#include <string>
#include <vector>

namespace sotto::bench {

/// One figure of the library. `make` prepares whatever it needs and gives the operation that is measured.
struct Row {
  std::string name;
  std::function<std::function<void()>()> make;
};

/// A figure that is counted, not timed.
struct Count {
  std::string name;
  std::string unit;
  double value;
};

// The rows whose floor and peer are measured too are called as in floors() and peer_rows.mjs.
std::vector<Row> primitive_rows();
std::vector<Row> session_rows();
std::vector<Row> group_rows();
std::vector<Row> growth_rows();

std::vector<Count> sizes();        // of records and messages
std::vector<Count> allocations();  // of one message in steady state

}  // namespace sotto::bench

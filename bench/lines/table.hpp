#pragma once
#include <string>
#include <vector>

namespace sotto::bench {

/// The figures as they come: printed at once, written at the end.
class Table {
 public:
  void add(std::string name, std::string unit, double value);
  /// In place of figures that can't be had here: printed only.
  void skip(const std::string& what, const std::string& why) const;
  void write(const std::string& name) const;  // build/bench/NAME.json

 private:
  struct Row {
    std::string name, unit;
    double ours;
  };
  std::vector<Row> rows_;
};

}  // namespace sotto::bench

#pragma once
#include <algorithm>
#include <vector>

namespace sotto::bench {

/// Values in order, to be asked what part of them lies below.
class Percentiles {
 public:
  explicit Percentiles(std::vector<double> values) : values_(std::move(values)) { std::ranges::sort(values_); }
  /// part  0 to 1; 0 comes back if there are no values
  double at(double part) const {
    if (values_.empty()) return 0;
    return values_[static_cast<std::size_t>(part * static_cast<double>(values_.size() - 1))];
  }

 private:
  std::vector<double> values_;
};

}  // namespace sotto::bench

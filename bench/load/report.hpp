#pragma once
#include "bench/load/crowd.hpp"

namespace sotto::bench {

/// Everything that a load showed.
struct Report {
  const LoadOptions& options;
  const Measured& measured;
  const Tally& tally;
  double own_cpu_seconds;  // of this program, while the load lasted
};

void print(const Report& report);
/// returns  whether the file could be written
bool write_json(const Report& report);

}  // namespace sotto::bench

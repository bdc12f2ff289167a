// Stories drawn from seeds. SIMULATIONS says how many (12), SIMULATION_SEED from which (1); a story that fails is told
// in full, and again by its seed. SIMULATION_TOLD tells the others, too.
#include "simulation/simulation.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

namespace sotto::test {
namespace {

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr ? std::strtoull(value, nullptr, 10) : otherwise;
}

TEST(Simulation, EveryMessageIsOnEveryDeviceThatWasListedExactlyOnce) {
  const std::uint64_t first = setting("SIMULATION_SEED", 1), count = setting("SIMULATIONS", 12);
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    Simulation simulation({.seed = seed});
    simulation.run();
    std::string told = "SIMULATION_SEED=" + std::to_string(seed) + " SIMULATIONS=1\n";
    for (const std::string& line : simulation.story()) told += "  " + line + "\n";
    if (setting("SIMULATION_TOLD", 0) != 0) std::cout << told;
    if (simulation.broken().empty()) continue;
    for (const std::string& line : simulation.broken()) told += line + "\n";
    FAIL() << told;
  }
}

}  // namespace
}  // namespace sotto::test

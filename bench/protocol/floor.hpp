#pragma once
#include <functional>
#include <string>
#include <vector>

namespace sotto::bench {

/// What one operation costs at the least: exactly the primitives that it can't avoid, from the same crypto library,
/// with no parsing, no storing and no allocation around them.
struct Floor {
  std::string row;
  std::function<void()> primitives;
};

std::vector<Floor> floors();

}  // namespace sotto::bench

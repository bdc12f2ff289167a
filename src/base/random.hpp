#pragma once
#include <cstdint>
#include <span>

#include "base/bytes.hpp"

namespace sotto::base {

/// Where random bytes come from: the system in programs, a seed in tests. It can't fail: a source that dries up ends
/// the program.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> bytes) = 0;

  template <std::size_t N>
  Bytes<N> bytes() {
    Bytes<N> made;
    fill(made);
    return made;
  }
};

}  // namespace sotto::base

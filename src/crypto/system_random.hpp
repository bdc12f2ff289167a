#pragma once
#include "base/random.hpp"

namespace sotto::crypto {

/// The kernel's random numbers, asked for each time: nothing is kept, so a fork or a restored snapshot repeats nothing.
/// Ends the program if the kernel has none.
class SystemRandom final : public base::Random {
 public:
  void fill(std::span<std::uint8_t> bytes) override;
};

}  // namespace sotto::crypto

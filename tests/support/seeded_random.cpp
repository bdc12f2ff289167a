#include "support/seeded_random.hpp"

namespace sotto::test {

void SeededRandom::fill(std::span<std::uint8_t> bytes) {
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(engine_() >> 32);
}

void ScriptedRandom::fill(std::span<std::uint8_t> bytes) {
  const std::size_t scripted = std::min(bytes.size(), script_.size() - at_);
  std::copy_n(script_.begin() + static_cast<std::ptrdiff_t>(at_), scripted, bytes.begin());
  at_ += scripted;
  rest_.fill(bytes.subspan(scripted));
}

}  // namespace sotto::test

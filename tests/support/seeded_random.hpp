#pragma once
#include <random>

#include "base/random.hpp"

namespace sotto::test {

/// The same bytes for the same seed. Never outside tests.
class SeededRandom final : public base::Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  void fill(std::span<std::uint8_t> bytes) override;

 private:
  std::mt19937_64 engine_;
};

/// Gives the bytes it was told to give, then those of a seed.
class ScriptedRandom final : public base::Random {
 public:
  explicit ScriptedRandom(base::Blob script) : script_(std::move(script)), rest_(0) {}
  void fill(std::span<std::uint8_t> bytes) override;
  bool is_used_up() const { return at_ == script_.size(); }

 private:
  base::Blob script_;
  std::size_t at_ = 0;
  SeededRandom rest_;
};

}  // namespace sotto::test

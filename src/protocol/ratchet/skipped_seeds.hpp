#pragma once
#include <memory>
#include <span>
#include <vector>

#include "protocol/ratchet/keys.hpp"

namespace sotto::protocol {

constexpr std::size_t max_skipped = 2'000;  // seeds kept for each receiving chain, §12

/// The seed of a message that is still under way.
struct SkippedSeed {
  std::uint32_t counter;
  MessageSeed seed;
  SkippedSeed clone() const { return {counter, seed.clone()}; }
};

/// The seeds of one receiving chain, ascending. Copies share them: a session is copied for each message, and hardly any
/// message changes them.
class SkippedSeeds {
 public:
  SkippedSeeds() = default;
  explicit SkippedSeeds(std::vector<SkippedSeed> ascending)
      : shared_(ascending.empty() ? nullptr : std::make_shared<const std::vector<SkippedSeed>>(std::move(ascending))) {}

  std::span<const SkippedSeed> all() const {
    return shared_ ? std::span<const SkippedSeed>(*shared_) : std::span<const SkippedSeed>();
  }
  std::size_t size() const { return all().size(); }
  const SkippedSeed& operator[](std::size_t index) const { return all()[index]; }

  const SkippedSeed* find(std::uint32_t counter) const;  // null if it is not among them
  SkippedSeeds without(std::uint32_t counter) const;
  /// Room for `more` behind the newest of these, so many that at most max_skipped come together.
  std::vector<SkippedSeed> newest_with_room_for(std::size_t more) const;

 private:
  std::shared_ptr<const std::vector<SkippedSeed>> shared_;  // by all copies of the session; null if there is none
};

}  // namespace sotto::protocol

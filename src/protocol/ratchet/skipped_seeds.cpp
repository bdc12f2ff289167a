#include "protocol/ratchet/skipped_seeds.hpp"

#include <algorithm>

namespace sotto::protocol {

const SkippedSeed* SkippedSeeds::find(std::uint32_t counter) const {
  const auto found = std::ranges::lower_bound(all(), counter, {}, &SkippedSeed::counter);
  return found != all().end() && found->counter == counter ? &*found : nullptr;
}

SkippedSeeds SkippedSeeds::without(std::uint32_t counter) const {
  std::vector<SkippedSeed> rest;
  rest.reserve(size());
  for (const SkippedSeed& one : all()) {
    if (one.counter != counter) rest.push_back(one.clone());
  }
  return SkippedSeeds(std::move(rest));
}

std::vector<SkippedSeed> SkippedSeeds::newest_with_room_for(std::size_t more) const {
  const std::size_t kept = std::min(size(), max_skipped - std::min(more, max_skipped));
  std::vector<SkippedSeed> newest;
  newest.reserve(kept + more);
  for (const SkippedSeed& one : all().last(kept)) newest.push_back(one.clone());
  return newest;
}

}  // namespace sotto::protocol

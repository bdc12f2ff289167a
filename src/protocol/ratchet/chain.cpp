#include "protocol/ratchet/chain.hpp"

#include <algorithm>

namespace sotto::protocol {
namespace {

Result<Walk> take_skipped(const ReceivingChain& chain, std::uint32_t counter) {
  const SkippedSeed* found = chain.skipped.find(counter);
  if (found == nullptr) return Error::duplicate_message;
  return Walk{{chain.ratchet_key, chain.key.clone(), chain.counter, chain.skipped.without(counter)},
              found->seed.clone()};
}

}  // namespace

Result<Walk> walk_to(const ReceivingChain& chain, std::uint32_t counter, std::uint32_t jump_limit) {
  if (counter < chain.counter) return take_skipped(chain, counter);
  const std::uint64_t jump = counter - chain.counter;
  if (jump > jump_limit) return Error::invalid_message;
  if (jump == 0) {
    Step step = step_of(chain.key);
    return Walk{{chain.ratchet_key, std::move(step.next), counter + 1ull, chain.skipped}, std::move(step.seed)};
  }

  // Of old and new seeds together the newest max_skipped stay.
  std::vector<SkippedSeed> skipped = chain.skipped.newest_with_room_for(std::min<std::uint64_t>(jump, max_skipped));
  ChainKey key = chain.key.clone();
  for (std::uint64_t at = chain.counter; at < counter; ++at) {
    if (counter - at > max_skipped) {
      key = next(key);
      continue;
    }
    Step step = step_of(key);
    skipped.push_back({static_cast<std::uint32_t>(at), std::move(step.seed)});
    key = std::move(step.next);
  }
  Step step = step_of(key);
  return Walk{{chain.ratchet_key, std::move(step.next), counter + 1ull, SkippedSeeds(std::move(skipped))},
              std::move(step.seed)};
}

}  // namespace sotto::protocol

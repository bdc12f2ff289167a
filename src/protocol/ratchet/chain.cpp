#include "protocol/ratchet/chain.hpp"

#include <algorithm>

namespace sotto::protocol {
namespace {

std::vector<SkippedSeed> clone(const std::vector<SkippedSeed>& seeds, std::size_t from) {
  std::vector<SkippedSeed> copies;
  copies.reserve(seeds.size() - from);
  for (std::size_t i = from; i < seeds.size(); ++i) copies.push_back(seeds[i].clone());
  return copies;
}

Result<Walk> take_skipped(const ReceivingChain& chain, std::uint32_t counter) {
  const auto found = std::ranges::lower_bound(chain.skipped, counter, {}, &SkippedSeed::counter);
  if (found == chain.skipped.end() || found->counter != counter) return Error::duplicate_message;
  ReceivingChain after = chain.clone();
  after.skipped.erase(after.skipped.begin() + (found - chain.skipped.begin()));
  return Walk{std::move(after), found->seed.clone()};
}

}  // namespace

ReceivingChain ReceivingChain::clone() const {
  return {ratchet_key, key.clone(), counter, protocol::clone(skipped, 0)};
}

Result<Walk> walk_to(const ReceivingChain& chain, std::uint32_t counter, std::uint32_t jump_limit) {
  if (counter < chain.counter) return take_skipped(chain, counter);
  const std::uint64_t jump = counter - chain.counter;
  if (jump > jump_limit) return Error::invalid_message;

  // Of old and new seeds together the newest max_skipped stay.
  const std::size_t added = std::min<std::uint64_t>(jump, max_skipped);
  const std::size_t kept = std::min(chain.skipped.size(), max_skipped - added);
  std::vector<SkippedSeed> skipped = clone(chain.skipped, chain.skipped.size() - kept);
  skipped.reserve(kept + added);

  ChainKey key = chain.key.clone();
  for (std::uint64_t at = chain.counter; at < counter; ++at) {
    if (counter - at <= max_skipped) skipped.push_back({static_cast<std::uint32_t>(at), seed(key)});
    key = next(key);
  }
  MessageSeed found = seed(key);
  return Walk{{chain.ratchet_key, next(key), counter + 1ull, std::move(skipped)}, std::move(found)};
}

}  // namespace sotto::protocol

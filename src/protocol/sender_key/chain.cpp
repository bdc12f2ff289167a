#include "protocol/sender_key/chain.hpp"

#include <algorithm>

#include "crypto/hkdf.hpp"

namespace sotto::protocol {
namespace {

std::vector<SkippedSenderSeed> clone(const std::vector<SkippedSenderSeed>& seeds, std::size_t from, std::size_t room) {
  std::vector<SkippedSenderSeed> copies;
  copies.reserve(seeds.size() - from + room);
  for (std::size_t i = from; i < seeds.size(); ++i) copies.push_back(seeds[i].clone());
  return copies;
}

Result<SenderWalk> take_skipped(const SenderChain& chain, std::uint32_t iteration) {
  const auto found = std::ranges::lower_bound(chain.skipped, iteration, {}, &SkippedSenderSeed::iteration);
  if (found == chain.skipped.end() || found->iteration != iteration) return Error::duplicate_message;
  SenderChain after = chain.clone();
  after.skipped.erase(after.skipped.begin() + (found - chain.skipped.begin()));
  return SenderWalk{std::move(after), found->seed.clone()};
}

}  // namespace

SenderMessageSeed seed(const SenderChainKey& ck) {
  return crypto::hmac_sha256<SenderMessageSeed>(ck.expose(), base::Bytes<1>{0x01});
}
SenderChainKey next(const SenderChainKey& ck) {
  return crypto::hmac_sha256<SenderChainKey>(ck.expose(), base::Bytes<1>{0x02});
}

SenderStep step_of(const SenderChainKey& ck) {
  const crypto::HmacSha256Key key(ck.expose());
  return {key.mac<SenderMessageSeed>(base::Bytes<1>{0x01}), key.mac<SenderChainKey>(base::Bytes<1>{0x02})};
}

SenderMessageKeys sender_message_keys(const SenderMessageSeed& seed) {
  auto [iv, cipher_key] = crypto::hkdf_sha256<SenderIv, SenderCipherKey>({}, seed.expose(), base::view("WhisperGroup"));
  return {std::move(iv), std::move(cipher_key)};
}

SenderChain SenderChain::clone() const { return {key.clone(), iteration, protocol::clone(skipped, 0, 0)}; }

Result<SenderWalk> walk_to(const SenderChain& chain, std::uint32_t iteration) {
  if (iteration < chain.iteration) return take_skipped(chain, iteration);
  const std::uint32_t jump = iteration - chain.iteration;
  if (jump > max_sender_key_jump || iteration == last_iteration) return Error::invalid_message;

  // Of old and new seeds together the newest max_skipped_sender_seeds stay.
  const std::size_t added = std::min<std::size_t>(jump, max_skipped_sender_seeds);
  const std::size_t kept = std::min(chain.skipped.size(), max_skipped_sender_seeds - added);
  std::vector<SkippedSenderSeed> skipped = clone(chain.skipped, chain.skipped.size() - kept, added);

  SenderChainKey key = chain.key.clone();
  for (std::uint32_t at = chain.iteration; at < iteration; ++at) {
    if (iteration - at > max_skipped_sender_seeds) {
      key = next(key);
    } else {
      SenderStep step = step_of(key);
      skipped.push_back({at, std::move(step.seed)});
      key = std::move(step.next);
    }
  }
  SenderStep last = step_of(key);
  return SenderWalk{{std::move(last.next), iteration + 1, std::move(skipped)}, std::move(last.seed)};
}

}  // namespace sotto::protocol

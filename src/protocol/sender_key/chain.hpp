#pragma once
#include <vector>

#include "base/secret.hpp"
#include "protocol/error.hpp"

namespace sotto::protocol {

constexpr std::uint32_t max_sender_key_jump = 25'000;    // messages, inclusive, §12; no exception for one's own devices
constexpr std::size_t max_skipped_sender_seeds = 2'000;  // kept for each chain, §12
constexpr std::uint32_t last_iteration = 0xffff'ffff;    // has no next one, so it is never used, §7.4

using SenderChainKey = base::Secret<struct SenderChainKeyTag, 32>;
using SenderMessageSeed = base::Secret<struct SenderMessageSeedTag, 32>;
using SenderCipherKey = base::Secret<struct SenderCipherKeyTag, 32>;
using SenderIv = base::Secret<struct SenderIvTag, 16>;

SenderMessageSeed seed(const SenderChainKey& ck);  // §7.4: for the message with the current iteration
SenderChainKey next(const SenderChainKey& ck);     // §7.4: of the iteration after it

struct SenderStep {
  SenderMessageSeed seed;
  SenderChainKey next;
};
SenderStep step_of(const SenderChainKey& ck);  // both, with the key set up once

struct SenderMessageKeys {
  SenderIv iv;
  SenderCipherKey cipher_key;
};

/// §7.4; here the iv comes first.
SenderMessageKeys sender_message_keys(const SenderMessageSeed& seed);

/// The seed of a message that is still under way.
struct SkippedSenderSeed {
  std::uint32_t iteration;
  SenderMessageSeed seed;
  SkippedSenderSeed clone() const { return {iteration, seed.clone()}; }
};

/// Where one sender is in one group.
struct SenderChain {
  SenderChainKey key;
  std::uint32_t iteration = 0;             // of the next message
  std::vector<SkippedSenderSeed> skipped;  // ascending, at most max_skipped_sender_seeds

  SenderChain clone() const;
};

struct SenderWalk {
  SenderChain chain;
  SenderMessageSeed seed;
};

/// Finds the seed of message `iteration`: ahead by walking there, behind among the seeds that were skipped.
///
/// returns  the chain after the walk, without the seed that was taken and with those of the last
///          max_skipped_sender_seeds messages passed over; the seed
/// errors   duplicate_message  behind, and not among the skipped
///          invalid_message    further ahead than max_sender_key_jump, or the last iteration of all
/// cost     two HMACs for each message passed over; only the holder of the signing key can ask for them
/// source   signal-protocol.md §7.4
Result<SenderWalk> walk_to(const SenderChain& chain, std::uint32_t iteration);

}  // namespace sotto::protocol

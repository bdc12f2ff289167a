#pragma once
#include <vector>

#include "protocol/ratchet/keys.hpp"

namespace sotto::protocol {

constexpr std::uint32_t max_jump = 25'000;            // messages, inclusive, §12
constexpr std::size_t max_skipped = 2'000;            // seeds kept for each receiving chain, §12
constexpr std::uint32_t no_jump_limit = 0xffff'ffff;  // between devices of one account, §3.6

/// Where this end sends from.
struct SendingChain {
  crypto::KeyPair ratchet_key;
  ChainKey key;
  std::uint64_t counter = 0;  // of the next message; wider than on the wire, so that it cannot wrap

  SendingChain clone() const { return {ratchet_key.clone(), key.clone(), counter}; }
};

/// The seed of a message that is still under way.
struct SkippedSeed {
  std::uint32_t counter;
  MessageSeed seed;
  SkippedSeed clone() const { return {counter, seed.clone()}; }
};

/// Where the other end sends from.
struct ReceivingChain {
  crypto::PublicKey ratchet_key;
  ChainKey key;
  std::uint64_t counter = 0;         // of the next message
  std::vector<SkippedSeed> skipped;  // ascending, at most max_skipped

  ReceivingChain clone() const;
};

struct Walk {
  ReceivingChain chain;
  MessageSeed seed;
};

/// Finds the seed of message `counter`: ahead by walking there, behind among the seeds that were skipped.
///
/// counter     as sent; 0 is the first message of a chain
/// jump_limit  how many messages may be passed over: max_jump or no_jump_limit
/// returns     the chain after the walk, without the seed that was taken and with those of the last max_skipped
/// messages
///             passed over; the seed
/// errors      duplicate_message  behind, and not among the skipped; decided before any MAC, so it proves nothing
///             invalid_message    further ahead than jump_limit
/// cost        two HMACs for each message passed over
/// source      signal-protocol.md §4.7
Result<Walk> walk_to(const ReceivingChain& chain, std::uint32_t counter, std::uint32_t jump_limit);

}  // namespace sotto::protocol

#pragma once
#include "protocol/ratchet/skipped_seeds.hpp"

namespace sotto::protocol {

constexpr std::uint32_t max_jump = 25'000;  // messages, inclusive, §12
// Between devices of one account the protocol has no limit (§3.6). But the walk comes before the MAC, and it is
// repeated for each archived session: whoever can pass a message on could ask for billions of steps. Twice the others'
// limit costs 1.7 s with the 40 archived sessions that a record can hold, 0.04 s with one.
constexpr std::uint32_t max_own_jump = 50'000;

/// Where this end sends from.
struct SendingChain {
  crypto::KeyPair ratchet_key;
  ChainKey key;
  std::uint64_t counter = 0;  // of the next message; wider than on the wire, so that it cannot wrap

  SendingChain clone() const { return {ratchet_key.clone(), key.clone(), counter}; }
};

/// Where the other end sends from.
struct ReceivingChain {
  crypto::PublicKey ratchet_key;
  ChainKey key;
  std::uint64_t counter = 0;  // of the next message
  SkippedSeeds skipped;       // at most max_skipped

  ReceivingChain clone() const { return {ratchet_key, key.clone(), counter, skipped}; }
};

struct Walk {
  ReceivingChain chain;
  MessageSeed seed;
};

/// Finds the seed of message `counter`: ahead by walking there, behind among the seeds that were skipped.
///
/// counter     as sent; 0 is the first message of a chain
/// jump_limit  how many messages may be passed over: max_jump or max_own_jump
/// returns     the chain after the walk, without the seed that was taken and with those of the last max_skipped passed
///             over; the seed
/// errors      duplicate_message  behind, and not among the skipped; decided before any MAC, so it proves nothing
///             invalid_message    further ahead than jump_limit
/// cost        two HMACs for each message passed over
/// source      signal-protocol.md §4.7
Result<Walk> walk_to(const ReceivingChain& chain, std::uint32_t counter, std::uint32_t jump_limit);

}  // namespace sotto::protocol

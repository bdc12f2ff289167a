#pragma once
#include "protocol/ratchet/chain.hpp"

namespace sotto::protocol {

/// What changes when the other end shows a new ratchet key.
struct Turn {
  RootKey root_key;
  std::uint32_t previous_counter;
  ReceivingChain receiving;
  SendingChain sending;  // with a fresh ratchet key
};

/// Turns the ratchet: one half step with our present ratchet key, one with a fresh one.
///
/// errors  invalid_key  an agreement of zero
/// cost    two agreements and one new key
/// source  signal-protocol.md §4.3
Result<Turn> turn_ratchet(const RootKey& root_key, const SendingChain& sending, const crypto::PublicKey& remote,
                          base::Random& random);

}  // namespace sotto::protocol

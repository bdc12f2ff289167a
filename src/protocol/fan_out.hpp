#pragma once
#include <span>
#include <vector>

#include "protocol/session/encrypt.hpp"

namespace sotto::protocol {

/// One device that a text goes to: its record, and the context with it as the remote.
struct FanOutTarget {
  const Record& record;
  const Context& context;
};

/// Encrypts one plaintext for many devices, pairwise. Each outcome is its own: a device without a session, or one that
/// the trust rule refuses, takes nothing from the others.
///
/// returns  one outcome for each target, in order, as `encrypt` gives it
/// source   signal-protocol.md §4.6
std::vector<Result<Encrypted>> fan_out(std::span<const FanOutTarget> targets, base::View plaintext);

}  // namespace sotto::protocol

#pragma once
#include "base/id.hpp"
#include "base/uuid.hpp"

namespace sotto::protocol {

/// Names one sender's messages to one group; a UUID that the sender chose (signal-protocol.md §7.1). A sender-key
/// record is kept under (sender's address, distribution id).
struct DistributionId {
  base::Uuid uuid;
  friend auto operator<=>(const DistributionId&, const DistributionId&) = default;
};

using ChainId = base::Id<struct SenderChainIdTag, std::uint32_t>;  // 31 random bits in what we make, §7.2

}  // namespace sotto::protocol

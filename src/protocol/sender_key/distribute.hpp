#pragma once
#include "protocol/sender_key/distribution_message.hpp"
#include "protocol/sender_key/record.hpp"

namespace sotto::protocol {

struct Distribution {
  SenderKeyRecord record;  // to be kept before `message` leaves
  SenderKeyDistributionMessage message;
};

/// What a sender gives to each member of a group, pairwise: its chain as it is now, so that who joins later can't read
/// what came before. With an empty record a chain is begun.
///
/// record  this device's own for `id`; the one that `id` belongs to must stay the same
/// source  signal-protocol.md §7.2
Distribution create_distribution(const SenderKeyRecord& record, DistributionId id, base::Random& random);

/// Takes in what a member sent. Of a chain that is known already the progress stays: nothing can be read twice. The
/// caller has found out who sent it, and keeps the record under (sender, message.distribution_id).
///
/// source  signal-protocol.md §7.2
SenderKeyRecord process_distribution(const SenderKeyRecord& record, const SenderKeyDistributionMessage& message);

}  // namespace sotto::protocol

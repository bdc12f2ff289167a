#pragma once
#include "protocol/sender_key/message.hpp"
#include "protocol/sender_key/record.hpp"

namespace sotto::protocol {

struct SenderKeyEncrypted {
  SenderKeyRecord record;  // to be kept before `message` leaves
  base::Blob message;
};

/// Encrypts for everybody who has this device's distribution message. A retry sends the same bytes again; it never
/// encrypts again.
///
/// record     this device's own for `id`
/// plaintext  any bytes, also none; padding is the caller's
/// errors     no_sender_key    an empty record: no chain was ever begun
///            invalid_session  the record of somebody else's chain, or of one that is at its last iteration
/// source     signal-protocol.md §7.4
Result<SenderKeyEncrypted> sender_key_encrypt(const SenderKeyRecord& record, DistributionId id, base::View plaintext,
                                              base::Random& random);

}  // namespace sotto::protocol

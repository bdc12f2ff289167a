#pragma once
#include "base/result.hpp"

namespace sotto::protocol::spqr {

/// Why an SPQR message is not taken (spqr.md §10). To the session they are one and the same: an invalid message.
enum class Refusal {
  version,             // empty, or a first byte other than 1
  malformed,           // not a message of §2
  epoch_out_of_range,  // ahead of what the other end can have reached (§6.4), or a key epoch that is gone (§7.4)
  bad_mac,             // of the header or the ciphertext, found when the last chunk needed has come
  bad_key,             // an encapsulation key that is not the header's, or out of range
  already_used,        // the key of this index was given out before, or index 0, which no party with keys sends
  too_old,             // more than max_stored behind the newest index
  too_far_ahead,       // more than the session's jump limit ahead of it
  used_up,             // sending: 2^32 − 1 messages in one key epoch
};

template <class T>
using Outcome = base::Result<T, Refusal>;

}  // namespace sotto::protocol::spqr

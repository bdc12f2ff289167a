#pragma once
#include "base/random.hpp"
#include "base/time.hpp"
#include "wire/ids.hpp"

namespace sotto::server {

struct Challenge {
  wire::MailboxId mailbox;
  base::Bytes<32> challenge;
};

/// Nothing is kept of what begins: the challenge says until when it is good and proves by a MAC under the server's
/// secret that it was issued for this mailbox. So a million beginnings cost no memory and no fsync, and a restart
/// forgets none. Each serves once, because a mailbox is registered once.
Challenge issue(const base::Bytes<32>& secret, base::Timestamp now, base::Random& random);

enum class ChallengeState { good, expired, foreign };
ChallengeState state_of(const Challenge& challenge, const base::Bytes<32>& secret, base::Timestamp now);

}  // namespace sotto::server

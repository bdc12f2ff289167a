#pragma once
#include "base/random.hpp"
#include "server/accounts/challenges.hpp"

namespace sotto::server {

/// What the server hands out for an account and recognises later without keeping it: 48 bits of when it ends, 80 random
/// ones, 128 of a MAC under the server's secret. Whoever uses one up keeps it until it has ended.
enum class ProofOf { act, mailbox };
using Proof = base::Bytes<32>;

Proof issue(ProofOf what, const base::Bytes<32>& secret, const wire::AccountId& account, base::Timestamp now,
            base::Random& random);
ChallengeState state_of(ProofOf what, const Proof& proof, const base::Bytes<32>& secret, const wire::AccountId& account,
                        base::Timestamp now);
/// The mailbox that comes with it: of this account only, and never given twice.
wire::MailboxId mailbox_of(const Proof& proof, const base::Bytes<32>& secret, const wire::AccountId& account);

}  // namespace sotto::server

#pragma once
#include <functional>

#include "crypto/curve25519.hpp"
#include "protocol/error.hpp"

namespace sotto::protocol {

/// Agreements of our identity key with others', as far as the caller kept them from earlier seals: it is the same for
/// every message between two devices and takes half of a seal's time. Null for one that isn't kept. The cache is the
/// caller's; what it gives must stay where it is during the call.
using KnownAgreements = std::function<const crypto::SharedSecret*(const crypto::PublicKey& remote)>;

/// DH(S, R): the kept one, or computed.
///
/// errors  invalid_key  an agreement of zero
inline Result<crypto::SharedSecret> static_agreement(const crypto::KeyPair& local, const crypto::PublicKey& remote,
                                                     const KnownAgreements& known) {
  if (const crypto::SharedSecret* kept = known ? known(remote) : nullptr) return kept->clone();
  auto agreed = crypto::agree(local.private_key, remote);
  if (!agreed) return from_crypto(agreed.error());
  return *std::move(agreed);
}

}  // namespace sotto::protocol

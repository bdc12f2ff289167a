#pragma once
#include "protocol/sealed/agreement.hpp"

namespace sotto::protocol {

/// Hides who sends to one device: sealed sender version 1.
///
/// content    a serialized UnidentifiedSenderMessageContent whose certificate is for `sender`. If a ratchet message is
///            in it, that was encrypted with the certificate's account and device as the local address, because the
///            recipient rebuilds it from there
/// recipient  its identity key; without one there is nothing to seal for (no_session)
/// errors     invalid_key  an agreement of zero
/// source     signal-protocol.md §8.3
Result<base::Blob> seal(base::View content, const crypto::KeyPair& sender, const crypto::PublicKey& recipient,
                        base::Random& random, const KnownAgreements& known = {});

}  // namespace sotto::protocol

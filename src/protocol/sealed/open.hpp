#pragma once
#include "protocol/sealed/agreement.hpp"
#include "protocol/sealed/content.hpp"

namespace sotto::protocol {

/// Opens a sealed message of either version, as a device receives it, to what is inside. That the certified sender made
/// it is checked; whether the certificate is any good is not: go on with VerifiedContent.
///
/// local   this device's identity key
/// known   asked for the agreement with the sender's identity key, once that is known
/// errors  invalid_message  an unknown version, malformed, a MAC or tag that no holder of the keys made, a certificate
///                          for another key than the one that sealed
///         invalid_key      a key that is none, an agreement of zero
/// cost    two agreements, one if the sender's is kept; for version 2 one key more
/// source  signal-protocol.md §8.3, §8.4, §8.5
Result<UnidentifiedSenderMessageContent> open_sealed(base::View bytes, const crypto::KeyPair& local,
                                                     const KnownAgreements& known = {});

}  // namespace sotto::protocol

#pragma once
#include "crypto/curve25519.hpp"

namespace sotto::crypto {

using Signature = base::Bytes<64>;

/// XEdDSA as the Signal Protocol's peers make it: the top bit carries the sign of the Edwards key, the private scalar
/// is not negated (signal-protocol.md §1.5). Randomised.
Signature sign(const PrivateKey& key, base::View message, base::Random& random);

/// Whether `signature` (64 bytes, or it is false) of `message` was made with `key`. S up to 2^253 is accepted, so the
/// bytes of a signature are not unique. Variable time: everything here is public.
bool verify(const PublicKey& key, base::View message, base::View signature);

}  // namespace sotto::crypto

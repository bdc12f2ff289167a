#pragma once
#include "crypto/xeddsa.hpp"

namespace sotto::protocol {

/// Proves that the holder of one identity key also stands behind another, such as the one that is found by phone number
/// and the one that is found by account. Not symmetric: each direction is a signature of its own.
///
/// signer  holds the one; `alternate` is the public half of the other
/// source  signal-protocol.md §10.4
crypto::Signature sign_alternate_identity(const crypto::PrivateKey& signer, const crypto::PublicKey& alternate,
                                          base::Random& random);

/// Whether the holder of `signer` made it, about `alternate`. Variable time: everything here is public.
bool verify_alternate_identity(const crypto::PublicKey& signer, const crypto::PublicKey& alternate,
                               base::View signature);

}  // namespace sotto::protocol

#pragma once
#include "crypto/mlkem768.hpp"

namespace sotto::crypto::mlkem768 {

// An encapsulation in two halves, for a key and a ciphertext that travel in pieces (spqr.md §3). Together they are the
// encapsulation of FIPS 203 with the same message.

using Header = base::Bytes<64>;       // rho ‖ H(key): rho first, though the hash is over vector ‖ rho
using KeyVector = base::Bytes<1152>;  // t, the rest of the key
using FirstPart = base::Bytes<960>;   // of the ciphertext: u
using LastPart = base::Bytes<128>;    // of the ciphertext: v
using Message = base::Secret<struct MlKem768MessageTag, 32>;  // m, all that an encapsulation draws

struct SplitKey {
  Header header;
  KeyVector vector;
};
SplitKey split(const PublicKey& key);

struct FirstHalf {
  FirstPart ciphertext;
  SharedSecret secret;
};

/// The part of the ciphertext and the secret that header and message alone decide. Whether the header is one of a real
/// key shows when the vector is there (is_key).
FirstHalf encapsulate_first(const Header& header, const Message& message);

/// The rest, from the same header and message. Nothing else is kept between the halves: what the first drew from the
/// message is drawn again, in two microseconds.
LastPart encapsulate_last(const Header& header, const Message& message, const KeyVector& vector);

/// Whether the vector is the header's, and passes the modulus check of FIPS 203, section 7.2 (spqr.md §3.3). Variable
/// time: both are public.
bool is_key(const Header& header, const KeyVector& vector);

Ciphertext joined(const FirstPart& first, const LastPart& last);

}  // namespace sotto::crypto::mlkem768

#pragma once
#include "base/result.hpp"

namespace sotto::crypto {

enum class Error {
  no_key_type,            // an empty key
  bad_key_type,           // the type byte is not the one of this kind of key
  bad_key_length,         //
  bad_key,                // the right shape, but no key (a KEM key that fails its own checks)
  bad_ciphertext_type,    //
  bad_ciphertext_length,  //
  zero_agreement,         // X25519 gave 32 zero bytes: the other key is of small order
  not_authentic,          // a tag or padding that no holder of the key made
  out_of_memory,          // Argon2id could not get the memory that was asked for
  unusable_system,        // no random numbers or no working library: nothing may start
};

template <class T>
using Result = base::Result<T, Error>;

}  // namespace sotto::crypto

#pragma once
#include "base/result.hpp"

namespace sotto::relay {

enum class Error {
  invalid_protobuf,  // malformed, or a required part is missing
  invalid_key,       // a key that is none
  outside_profile,   // a sender certificate with a phone number, a binary id or a signer by number
  excluded_twice,    // an upload names a recipient twice, once as excluded
};

template <class T>
using Result = base::Result<T, Error>;

}  // namespace sotto::relay

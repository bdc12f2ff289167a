#pragma once
#include "base/bytes.hpp"

namespace sotto::crypto {

/// Whether both hold the same bytes, in a time that depends on their length only. The answer may be known.
bool equal(base::View left, base::View right);

}  // namespace sotto::crypto

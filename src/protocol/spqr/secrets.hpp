#pragma once
#include "base/secret.hpp"

namespace sotto::protocol::spqr {

using AuthKey = base::Secret<struct AuthKeyTag, 32>;          // the third output of PQXDH
using EpochSecret = base::Secret<struct EpochSecretTag, 32>;  // what one key agreement of the braid gives
using MessageKey = base::Secret<struct MessageKeyTag, 32>;    // the salt of one message's keys

}  // namespace sotto::protocol::spqr

#pragma once
#include <utility>

#include "crypto/curve25519.hpp"
#include "protocol/error.hpp"
#include "protocol/spqr/secrets.hpp"

namespace sotto::protocol {

using RootKey = base::Secret<struct RootKeyTag, 32>;
using ChainKey = base::Secret<struct ChainKeyTag, 32>;
using MessageSeed = base::Secret<struct MessageSeedTag, 32>;
using CipherKey = base::Secret<struct CipherKeyTag, 32>;
using MacKey = base::Secret<struct MacKeyTag, 32>;
using Iv = base::Secret<struct IvTag, 16>;

MessageSeed seed(const ChainKey& ck);  // §4.1: for the message with the current index
ChainKey next(const ChainKey& ck);     // §4.1: of the index after it

struct Step {
  MessageSeed seed;
  ChainKey next;
};
Step step_of(const ChainKey& ck);  // both, with the key set up once

struct MessageKeys {
  CipherKey cipher_key;
  MacKey mac_key;
  Iv iv;
};

/// §4.1: the post-quantum key is the salt. Every message has one (§3.5).
MessageKeys message_keys(const MessageSeed& seed, const spqr::MessageKey& spqr_key);

struct RootStep {
  RootKey root_key;
  ChainKey chain_key;  // of a new chain, index 0
};

/// §4.2
RootStep root_step(const RootKey& root_key, const crypto::SharedSecret& agreed);

}  // namespace sotto::protocol

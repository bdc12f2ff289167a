#pragma once
#include <optional>

#include "crypto/curve25519.hpp"

// What sealing and opening of sealed sender version 1 share (signal-protocol.md §8.3).
namespace sotto::protocol::sealed_v1 {

constexpr std::uint8_t version_byte = 0x11;
constexpr std::size_t mac_size = 10;  // §12

using ChainSecret = base::Secret<struct SealedChainTag, 32>;
using CipherKey = base::Secret<struct SealedCipherKeyTag, 32>;
using MacKey = base::Secret<struct SealedMacKeyTag, 32>;

/// One of the two layers: the outer hides the sender's identity key, the inner the message.
struct LayerKeys {
  ChainSecret chain;  // used by the outer layer only
  CipherKey cipher_key;
  MacKey mac_key;
};

LayerKeys outer_keys(const crypto::SharedSecret& agreed, const crypto::PublicKey& recipient,
                     const crypto::PublicKey& ephemeral);
LayerKeys inner_keys(const crypto::SharedSecret& agreed, const ChainSecret& chain, base::View encrypted_static);

/// AES-256-CTR with a zero IV, then ten bytes of HMAC over the ciphertext (§1.7).
base::Blob seal_layer(const LayerKeys& keys, base::View plaintext);
/// Nothing if the MAC is another, which is compared in constant time before a byte is decrypted.
std::optional<base::Blob> open_layer(const LayerKeys& keys, base::View sealed);

}  // namespace sotto::protocol::sealed_v1

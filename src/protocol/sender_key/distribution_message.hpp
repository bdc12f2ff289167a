#pragma once
#include "crypto/curve25519.hpp"
#include "protocol/sender_key/chain.hpp"
#include "protocol/sender_key/distribution_id.hpp"

namespace sotto::protocol {

/// Gives a receiver what it needs to read a sender's messages from here on (signal-protocol.md §7.2). Nothing signs it:
/// it travels inside a pairwise session only, and whoever sees its bytes can read the group.
struct SenderKeyDistributionMessage {
  DistributionId distribution_id;
  ChainId chain_id;
  std::uint32_t iteration = 0;
  SenderChainKey chain_key;
  crypto::PublicKey signing_key;

  base::SecretBlob serialize() const;

  /// errors  invalid_message  shorter than 65 bytes, another version than 3, no protobuf, a field missing or of another
  ///                          length
  ///         invalid_key      a signing key of 33 bytes that is none
  static Result<SenderKeyDistributionMessage> parse(base::View bytes);
};

}  // namespace sotto::protocol

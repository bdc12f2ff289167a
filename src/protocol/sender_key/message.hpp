#pragma once
#include "crypto/xeddsa.hpp"
#include "protocol/error.hpp"
#include "protocol/sender_key/distribution_id.hpp"

namespace sotto::protocol {

/// A message to a group, encrypted once for all of it (signal-protocol.md §7.3): type 7.
struct SenderKeyMessage {
  DistributionId distribution_id;
  ChainId chain_id;
  std::uint32_t iteration = 0;
  base::Blob ciphertext;
  base::Blob serialized;  // with version byte and signature; what the signature covers is never re-encoded

  struct Content {
    DistributionId distribution_id;
    ChainId chain_id;
    std::uint32_t iteration;
    const base::Blob& ciphertext;
  };
  /// The message with its signature, ready to leave.
  static base::Blob write(const Content& content, const crypto::SigningKey& key, base::Random& random);

  /// errors  invalid_message  shorter than 65 bytes, another version than 3, no protobuf, a field missing, a
  /// distribution
  ///                          id that is no UUID
  static Result<SenderKeyMessage> parse(base::View bytes);

  bool is_signed_by(const crypto::PublicKey& key) const;
};

}  // namespace sotto::protocol

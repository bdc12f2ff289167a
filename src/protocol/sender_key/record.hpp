#pragma once
#include <memory>
#include <optional>

#include "crypto/xeddsa.hpp"
#include "protocol/sender_key/chain.hpp"
#include "protocol/sender_key/distribution_id.hpp"

namespace sotto::protocol {

constexpr std::size_t max_sender_key_states = 5;  // §12

/// One chain of one sender. Its own sender holds the private half too (§7.1).
struct SenderKeyState {
  ChainId chain_id;
  SenderChain chain;
  crypto::PublicKey signing_key;
  std::optional<crypto::SigningKey> own_signing_key;  // only if the chain is ours

  SenderKeyState clone() const;
};

/// What a device keeps for one (sender, distribution id): up to five chains, the most recent one first.
///
/// A value: copies share the states, which never change once they are in a record.
class SenderKeyRecord {
 public:
  SenderKeyRecord() = default;

  /// size    at most 360,382 bytes: five chains with 2,000 skipped seeds of 36 bytes each; usually under 200
  /// errors  invalid_session  not exactly what serialize writes
  static Result<SenderKeyRecord> parse(base::View bytes);
  base::SecretBlob serialize() const;

  const SenderKeyState* first() const { return states_.empty() ? nullptr : states_.front().get(); }
  const SenderKeyState* find(ChainId chain_id) const;  // null if there is none
  std::size_t size() const { return states_.size(); }

  // Each gives the record afterwards and leaves this one alone.

  /// In front, in place of one with the same chain id; the last one goes when there would be more than five (§7.2).
  SenderKeyRecord with_first(SenderKeyState state) const;
  /// The chain of that id and key moved to the front as it is; nothing if there is none.
  std::optional<SenderKeyRecord> with_known_first(ChainId chain_id, const crypto::PublicKey& signing_key) const;
  /// The chain of that id further on, at its place.
  SenderKeyRecord with_advanced(SenderKeyState state) const;

 private:
  using Shared = std::shared_ptr<const SenderKeyState>;
  SenderKeyRecord with_first(Shared state) const;

  std::vector<Shared> states_;  // shared by the copies of a record
};

}  // namespace sotto::protocol

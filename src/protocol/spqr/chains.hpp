#pragma once
#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "protocol/spqr/refusal.hpp"
#include "protocol/spqr/secrets.hpp"
#include "protocol/stored_bytes.hpp"

namespace sotto::protocol::spqr {

/// Which end of the session this is, for as long as it lasts: A2B is who initiated it.
enum class Direction : std::uint8_t { initiator_to_recipient = 0, recipient_to_initiator = 1 };

constexpr std::uint32_t max_stored = 2'000;  // keys behind the newest index: max_ooo_keys, §11
constexpr std::uint32_t max_walk = 50'000;   // messages one may pass over where max_jump says more, see to_receive

struct IndexedKey {
  std::uint32_t index;
  MessageKey key;
  IndexedKey clone() const { return {index, key.clone()}; }
};

/// Turns the authentication key and the epoch secrets into one key for each message (spqr.md §7).
///
/// Its functions change it: they are called on a copy that is thrown away if one refuses.
class Chains {
 public:
  using RootKey = base::Secret<struct ChainsRootTag, 32>;
  using ChainKey = base::Secret<struct EpochChainTag, 32>;

  Chains(Direction direction, const AuthKey& auth_key, std::uint32_t max_jump);
  Chains clone() const;

  /// Adds key epoch newest() + 1.
  void add_epoch(const EpochSecret& secret);

  /// The next key of key epoch `epoch`, which is from now on the oldest but one that is kept.
  ///
  /// errors  epoch_out_of_range  not kept, or before the sending one; used_up. Neither happens to a braid's messages.
  /// source  §7.3
  Outcome<IndexedKey> to_send(std::uint64_t epoch);

  /// The key of a received message, once.
  ///
  /// errors  epoch_out_of_range  a key epoch not there yet, or not any more
  ///         already_used, too_old, too_far_ahead
  /// cost    three HMACs for each message passed over: at most the session's max_jump, and max_walk. What a session of
  ///         one's own devices may pass over is not limited by the protocol, but whoever sends is not known yet here.
  /// source  §7.4
  Outcome<MessageKey> to_receive(std::uint64_t epoch, std::uint32_t index);

  Direction direction() const { return direction_; }
  std::uint64_t newest() const { return newest_; }
  std::uint64_t sending() const { return sending_; }
  std::uint64_t oldest() const { return sending_ == 0 ? 0 : sending_ - 1; }  // kept, §7.5
  const RootKey& root() const { return root_; }
  std::size_t stored_count(std::uint64_t epoch) const;  // keys still obtainable

  std::size_t stored_size() const;  // bytes that store writes
  void store(StoredWriter& write) const;
  /// Nothing if no series of the calls above leads there.
  static std::optional<Chains> restore(StoredReader& read, Direction direction);

 private:
  using StoredKeys = std::vector<IndexedKey>;  // ascending

  struct Sending {
    std::uint32_t count = 0;  // index of the last key
    ChainKey key;
  };
  struct Receiving {
    std::uint32_t count = 0;
    ChainKey key;
    std::shared_ptr<const StoredKeys> stored;  // by all copies of this state; null if there is none
  };
  struct Epoch {
    std::optional<Sending> sending;  // erased once a newer epoch is sent in
    Receiving receiving;
  };
  // A braid never gets further than two epochs past the one it sends in, and the one before that is kept.
  static constexpr std::size_t most_epochs = 4;

  Chains(Direction direction, std::uint32_t max_jump, RootKey root)
      : direction_(direction), max_jump_(max_jump), root_(std::move(root)) {}
  Epoch made(ChainKey a2b, ChainKey b2a) const;
  std::optional<Epoch>& at(std::uint64_t epoch) { return epochs_[epoch % most_epochs]; }
  const std::optional<Epoch>& at(std::uint64_t epoch) const { return epochs_[epoch % most_epochs]; }
  bool keeps(std::uint64_t epoch) const { return epoch >= oldest() && epoch <= newest_; }
  /// Whether a key can still be asked for when `newest` is the last index given out.
  static bool is_within(std::uint32_t index, std::uint32_t newest) {
    return static_cast<std::uint64_t>(index) + max_stored >= newest;
  }
  static std::size_t first_obtainable(const Receiving& chain);
  static Outcome<MessageKey> take_stored(Receiving& chain, std::uint32_t index);
  static MessageKey walk(Receiving& chain, std::uint32_t index);
  static bool restore_stored(StoredReader& read, Receiving& chain);

  Direction direction_;
  std::uint32_t max_jump_;
  std::uint64_t newest_ = 0, sending_ = 0;
  RootKey root_;
  std::array<std::optional<Epoch>, most_epochs> epochs_;  // those kept follow one another, so each has its place
};

}  // namespace sotto::protocol::spqr

#pragma once
#include <optional>
#include <vector>

#include "base/time.hpp"
#include "store/store.hpp"
#include "wire/ids.hpp"

/// Session records, one for each device of each account, as the protocol serializes them.
namespace sotto::store::sessions {

struct Key {
  wire::AccountId account;
  wire::DeviceNumber device{1};
};

std::optional<base::SecretBlob> load(Transaction& in, const wire::AccountId& account, wire::DeviceNumber device);
void keep(Transaction& in, const wire::AccountId& account, wire::DeviceNumber device, base::View record);

/// A sending chain, by its ratchet key, is used: since now, unless it was before.
void note_chain(Transaction& in, const Key& key, base::View chain, base::Timestamp now);
/// Since when; nothing if it is not in use.
std::optional<base::Timestamp> chain_since(Transaction& in, const Key& key, base::View chain);

/// Nothing is sent from this chain any more: another copy of this folder may have used its keys.
void burn_chain(Transaction& in, const Key& key, base::View chain);
bool is_burnt(Transaction& in, const Key& key, base::View chain);

/// Everything that is known of the device's side, when it leaves the list.
void remove(Transaction& in, const wire::AccountId& account, wire::DeviceNumber device);
std::vector<Key> all(Transaction& in);
/// What a device can make us do, and how often is bounded.
enum class Act : std::uint8_t { new_beginning = 1, answer = 2, answer_for_who_left = 3 };
/// Whether the last one for this device is at least `pause_ms` ago; if so, this one is now the last.
bool may_again(Transaction& in, Act act, const Key& key, base::Timestamp now, std::int64_t pause_ms);

/// Which of our lists that device has seen, as its messages say; nothing until one said so.
std::optional<wire::Order> their_view(Transaction& in, const wire::AccountId& account, wire::DeviceNumber device);
void keep_their_view(Transaction& in, const wire::AccountId& account, wire::DeviceNumber device,
                     const wire::Order& view);

}  // namespace sotto::store::sessions

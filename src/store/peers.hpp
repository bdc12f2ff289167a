#pragma once
#include <optional>
#include <vector>

#include "base/time.hpp"

#include "store/store.hpp"
#include "wire/checks.hpp"

/// The other accounts: what they have proven about themselves.
namespace sotto::store {

struct PeerDevice {
  wire::AccountId account_id;
  wire::DeviceNumber number;
  crypto::PublicKey identity_key;
  wire::RegistrationId registration_id;
  wire::MailboxId mailbox_id;
};

struct Peer {
  wire::CheckedIntroduction held;  // the highest that was proven
  std::vector<PeerDevice> devices;
};

namespace peers {

std::optional<Peer> load(Transaction& in, const wire::AccountId& account);
/// The very statements that are held.
std::optional<wire::Introduction> introduction(Transaction& in, const wire::AccountId& account);
/// Replaces what is held; the caller has checked it and its order.
void keep(Transaction& in, const wire::Introduction& introduction, const wire::CheckedIntroduction& checked);
/// Account keys that vouched for certificates until a newer epoch came: good until `until` (design, section 3).
void keep_earlier_key(Transaction& in, const wire::AccountId& account, const crypto::PublicKey& key,
                      base::Timestamp until);
std::vector<crypto::PublicKey> earlier_keys(Transaction& in, const wire::AccountId& account, base::Timestamp now);

/// Two signed statements that contradict each other, kept as proof.
struct Fork {
  wire::Introduction held;
  wire::Introduction other;
  base::Timestamp at;
};
void keep_fork(Transaction& in, const wire::AccountId& account, const Fork& fork);
/// A list that names both sides ends it. returns  whether there was one
bool heal_fork(Transaction& in, const wire::AccountId& account, const wire::Hash& one, const wire::Hash& other);
/// Those of the epoch that is held and that no list has healed: a later epoch ends them, too.
std::vector<Fork> standing_forks(Transaction& in, const wire::AccountId& account);
std::vector<Fork> forks(Transaction& in, const wire::AccountId& account);

/// A listed device of theirs speaks of a list that we don't hold. A later claim takes the place of an earlier one.
struct ListClaim {
  wire::DeviceNumber device{1};
  wire::Order order;
  bool is_ignored = false;  // the person chose to go on
};
void keep_claim(Transaction& in, const wire::AccountId& account, const ListClaim& claim);
/// One that still says more than what is held, by a device that is still listed.
std::optional<ListClaim> standing_claim(Transaction& in, const wire::AccountId& account);
void ignore_claim(Transaction& in, const wire::AccountId& account);

/// Whose listed device has this identity key.
std::optional<PeerDevice> device_of_key(Transaction& in, const crypto::PublicKey& identity_key);

}  // namespace peers
}  // namespace sotto::store

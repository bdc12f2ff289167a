#pragma once
#include <functional>

#include "client/device_entry.hpp"
#include "client/introductions.hpp"
#include "client/outbox.hpp"
#include "wire/recovery_key.hpp"

/// Changes of the own device list (design, section 3): each is kept with what becomes true together with it before it
/// leaves, and taken up when the list stands, whichever way that is heard of.
namespace sotto::client::own_list {

/// A device as own devices see it.
struct OwnDevice {
  wire::Device device;
  std::string name;  // empty if it can't be read
  bool is_admin = false;
  bool is_this = false;
};
std::vector<OwnDevice> devices(const store::OwnAccount& own);
/// Whether the own list calls it one.
bool is_admin(const store::OwnAccount& own, wire::DeviceNumber number);

/// A number for one more device: none of those that were given in this epoch, as far as is known here.
Result<wire::DeviceNumber> free_number(store::Transaction& in, const store::OwnAccount& own);

/// What is to become of the list. Re-applied to the list that stands when another device was faster.
struct Intent {
  std::optional<device_entry::Applicant> add = {};
  std::string name = {};  // of the one that is added, or renamed
  std::optional<wire::DeviceNumber> remove = {};
  std::optional<wire::DeviceNumber> rename = {};
  std::optional<wire::DeviceNumber> promote = {};
};

struct Act {
  base::Blob request;  // PUT /v1/account/list
};

/// The next list in this epoch, signed by the account key. Removing a device also replaces what it knew: the
/// account-private key, the profile key, the link token.
///
/// errors  refused  this device is no admin; no such device; the last one; an admin can only be removed with the
///                  recovery key; too many devices
Result<Act> change(store::Transaction& in, const outbox::Lent& lent, const Intent& intent,
                   const base::Bytes<32>& challenge);

/// A new epoch with a new account key, for what the account key alone can't do: removing an admin, or all others.
///
/// keep    which of the devices stay; this one always does
/// errors  refused  the recovery key is another account's
Result<Act> succeed(store::Transaction& in, const outbox::Lent& lent, const wire::RecoveryKey& recovery_key,
                    const std::function<bool(wire::DeviceNumber)>& keep, const base::Bytes<32>& challenge);

/// The list that ends an honest fork: of two lists of this epoch that two admin devices made without knowing of each
/// other. It names both and keeps only devices on both (design, section 3).
///
/// stands   what the server shows: one of the two
/// returns  nothing if there is none to heal, or it can't be healed here: this is no admin, or on one of the two only
Result<std::optional<Act>> merge(store::Transaction& in, const outbox::Lent& lent, const wire::Introduction& stands,
                                 const base::Bytes<32>& challenge);
/// Whether there is a fork of the own list that merge() would heal.
bool can_merge(store::Transaction& in, const store::OwnAccount& own);

/// Applies the own statements as the server shows them. A pending change that has come true is taken up: its keys are
/// ours now, other own devices get what they need, contacts the new profile key.
Introduced adopt(store::Transaction& in, const outbox::Lent& lent, const wire::Introduction& introduction);

/// What is known of a contact, as it stands now, for own other devices.
void sync_contact(store::Transaction& in, const outbox::Lent& lent, const store::Contact& contact);
/// What only the account's own devices may know; the account key is not in it.
wire::SyncAccount secrets_for_devices(store::Transaction& in, const store::OwnAccount& own, base::Random& random);

/// Everything that a device of this account needs, for own other devices.
void sync_all(store::Transaction& in, const outbox::Lent& lent);
/// The contacts once more, for a device that may never have got them; it takes those that it does not know.
void sync_again(store::Transaction& in, const outbox::Lent& lent);

}  // namespace sotto::client::own_list

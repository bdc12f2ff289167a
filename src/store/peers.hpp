#pragma once
#include <optional>

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
/// Replaces what is held; the caller has checked it and its order.
void keep(Transaction& in, const wire::Introduction& introduction, const wire::CheckedIntroduction& checked);
/// Whose listed device has this identity key.
std::optional<PeerDevice> device_of_key(Transaction& in, const crypto::PublicKey& identity_key);

}  // namespace peers
}  // namespace sotto::store

#pragma once
#include <optional>
#include <string>

#include "crypto/curve25519.hpp"
#include "store/store.hpp"
#include "wire/identity.hpp"

namespace sotto::store {

using DeviceToken = base::Secret<struct DeviceTokenTag, 32>;
using AccountSecret = base::Secret<struct AccountSecretTag, 32>;  // seals what only own devices may read

/// Who this folder is. Private halves of root, backup and backup access key are never here.
struct OwnAccount {
  wire::AccountId account_id;
  std::string user_name;
  std::string server;     // HOST:PORT
  std::string server_ca;  // PEM, or empty: the system's authorities
  crypto::PublicKey root_key;
  std::optional<crypto::PrivateKey> account_key;  // of an admin device only
  wire::DeviceNumber device;
  crypto::KeyPair identity;
  wire::RegistrationId registration_id;
  wire::MailboxId mailbox_id;
  DeviceToken token;
  wire::Introduction introduction;
  base::Blob backup_statement;  // a Signed
  AccountSecret account_secret;
  base::Bytes<16> link_token;
  // Of the settings, what every connection depends on; read with the account, kept apart from it.
  std::string proxy = {};  // socks5h://…; empty: none
  bool allows_private_servers = false;
};

namespace own_account {

/// The account, if there is one, registered or on its way.
std::optional<OwnAccount> load(Transaction& in);
bool is_registered(Transaction& in);

/// Keeps the account and the request that will register it, before the request leaves.
void keep_pending(Transaction& in, const OwnAccount& account, base::View registration);
/// The request to send (again), while the server's answer is outstanding.
std::optional<base::Blob> pending_registration(Transaction& in);
void set_registered(Transaction& in);
/// Forgets a registration that the server refused.
void forget_pending(Transaction& in);

/// A device that has been linked: it is on the list, and there was no registration of its own.
void keep_linked(Transaction& in, const OwnAccount& account);
/// The own statements after a change of the list.
void set_introduction(Transaction& in, const wire::Introduction& introduction);
void set_account_key(Transaction& in, const std::optional<crypto::PrivateKey>& key);
/// What only own devices may know, after a device has left.
void set_secrets(Transaction& in, const AccountSecret& secret, base::View link_token);
/// Numbers that devices of ours have had in an epoch.
void note_numbers(Transaction& in, const wire::DeviceList& list);
/// The lowest that none had, as far as is known here; nothing if all are used up.
std::optional<wire::DeviceNumber> free_number(Transaction& in, std::uint32_t epoch);

/// A change of the own list on its way, with the secrets that become ours together with it: kept before it leaves.
struct PendingChange {
  wire::Introduction introduction;
  std::optional<crypto::PrivateKey> account_key = {};
  std::optional<AccountSecret> secret = {};
  std::optional<base::SecretBlob> profile_key = {};
  std::optional<base::Bytes<16>> link_token = {};
};
void keep_pending_change(Transaction& in, const PendingChange& change);
std::optional<PendingChange> pending_change(Transaction& in);
void forget_pending_change(Transaction& in);

/// Another device took this one off the list.
void set_removed(Transaction& in);
bool is_removed(Transaction& in);

/// The generation (design, section 5).
struct Generation {
  std::uint64_t number = 0;
  std::optional<base::Bytes<16>> tick = {};       // confirmed with it; nothing before the first
  std::optional<base::Bytes<16>> next_tick = {};  // asked for with number + 1; kept before it is asked for
};
Generation generation(Transaction& in);
void keep_generation(Transaction& in, const Generation& generation);

/// Which state of the server's store this device has seen last: a restored one has a higher number.
std::uint64_t store_epoch(Transaction& in);
void keep_store_epoch(Transaction& in, std::uint64_t epoch);
/// Whether the server has confirmed a generation since its store became this one.
bool is_confirmed_in_epoch(Transaction& in);
void set_confirmed_in_epoch(Transaction& in);

/// The next client time: later than every one given before, even if the clock went back.
base::Timestamp next_sent_at(Transaction& in, base::Timestamp now);

/// The certificate by which this device seals; nothing if none was made yet.
std::optional<base::Blob> sender_certificate(Transaction& in);
void keep_sender_certificate(Transaction& in, base::View certificate);

}  // namespace own_account
}  // namespace sotto::store

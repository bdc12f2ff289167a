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
  crypto::PrivateKey account_key;
  wire::DeviceNumber device;
  crypto::KeyPair identity;
  wire::RegistrationId registration_id;
  wire::MailboxId mailbox_id;
  DeviceToken token;
  wire::Introduction introduction;
  base::Blob backup_statement;  // a Signed
  AccountSecret account_secret;
  base::Bytes<16> link_token;
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

/// The next client time: later than every one given before, even if the clock went back.
base::Timestamp next_sent_at(Transaction& in, base::Timestamp now);

/// The certificate by which this device seals; nothing if none was made yet.
std::optional<base::Blob> sender_certificate(Transaction& in);
void keep_sender_certificate(Transaction& in, base::View certificate);

}  // namespace own_account
}  // namespace sotto::store

#pragma once
#include <optional>
#include <string>

#include "base/time.hpp"
#include "crypto/curve25519.hpp"
#include "server/storage/problem.hpp"
#include "wire/ids.hpp"
#include "wire/prekeys.hpp"

namespace sotto::server {

struct KnownAccount {
  AccountRow row;
  wire::AccountId id;
  base::Blob introduction;  // certificate and list, as they were signed
  bool takes_knocks = true;
};

/// A registration that proves all that it can by itself (wire::check_registration).
struct NewAccount {
  wire::AccountId id;
  std::string user_name;
  base::Blob introduction;
  base::Blob backup_statement;
  base::Bytes<32> request_hash;  // of the whole request: the same one again is a retry
  base::Bytes<32> token_hash;
  wire::DeviceNumber number;
  wire::RegistrationId registration_id;
  wire::MailboxId mailbox;
  crypto::PublicKey identity_key;
  wire::PrekeyUpload prekeys;
  base::Day day;
  std::optional<base::Bytes<32>> invite = {};  // H(invite, token): one use of it is taken
};
enum class Registered { done, repeated, key_known, challenge_used, account_exists, name_taken, not_invited };

struct AccountSettings {
  bool is_discoverable = true;
  bool takes_knocks = true;
};

class AccountStorage {
 public:
  virtual ~AccountStorage() = default;

  virtual asio::awaitable<Stored<Registered>> register_account(NewAccount account) = 0;
  /// Whether an account was registered by exactly this request.
  virtual asio::awaitable<Stored<bool>> is_registered_by(base::Bytes<32> request_hash) = 0;
  virtual asio::awaitable<Stored<std::optional<KnownAccount>>> account(wire::AccountId id) = 0;
  virtual asio::awaitable<Stored<std::optional<KnownAccount>>> account(AccountRow row) = 0;
  /// Nothing also if the account doesn't want to be found.
  virtual asio::awaitable<Stored<std::optional<KnownAccount>>> account_named(std::string user_name) = 0;
  virtual asio::awaitable<Stored<void>> set(AccountRow account, AccountSettings settings) = 0;
};

}  // namespace sotto::server

#pragma once
#include <optional>
#include <vector>

#include "base/time.hpp"
#include "crypto/curve25519.hpp"
#include "server/storage/problem.hpp"
#include "wire/ids.hpp"

namespace sotto::server {

struct KnownDevice {
  DeviceRow row;
  AccountRow account_row;
  wire::AccountId account;
  wire::DeviceNumber number;
  wire::RegistrationId registration_id;
  wire::MailboxId mailbox;
  crypto::PublicKey identity_key;
};

struct DeviceStatus {
  std::uint64_t queued = 0;
  std::uint32_t one_time = 0;
  std::uint32_t one_time_kyber = 0;
};

/// A device as senders address it.
struct Target {
  DeviceRow row;
  wire::MailboxId mailbox;
  wire::DeviceNumber number;
  wire::RegistrationId registration_id;
};

class DeviceStorage {
 public:
  virtual ~DeviceStorage() = default;

  virtual asio::awaitable<Stored<std::optional<KnownDevice>>> with_token(base::Bytes<32> token_hash) = 0;
  /// The device whose mailbox it is.
  virtual asio::awaitable<Stored<std::optional<KnownDevice>>> at(wire::MailboxId mailbox) = 0;
  /// Every device of an account, by number; none if the account is gone.
  virtual asio::awaitable<Stored<std::vector<Target>>> of(AccountRow account) = 0;
  virtual asio::awaitable<Stored<DeviceStatus>> status(DeviceRow device) = 0;
  /// Notes the day of last contact.
  virtual asio::awaitable<Stored<void>> touch(DeviceRow device, base::Day day) = 0;
};

}  // namespace sotto::server

#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "wire/authority.hpp"
#include "wire/names.hpp"
#include "wire/signed.hpp"

/// The statements by which an account says who it is (statements.md). Each is written once and kept as bytes:
/// serialize() makes what is then signed, parse() reads what was signed.
namespace sotto::wire {

constexpr std::size_t max_devices = 16;
constexpr std::size_t private_size = 160;  // bytes: 12 nonce, 132 ciphertext, 16 tag

/// The id that belongs to a first root key: the first 16 bytes of H(account id, root), made a UUID of version 8.
AccountId account_id_of(const crypto::PublicKey& first_root);

/// Says which account key is current. Signed by the last root.
struct AccountCertificate {
  AccountId account_id;
  crypto::PublicKey first_root;
  std::uint32_t epoch = 1;
  crypto::PublicKey account_key;
  base::Day day;

  base::Blob serialize() const;
  static base::Result<AccountCertificate, ParseError> parse(base::View bytes);
};

/// Names the public halves that archives are sealed to and fetched by. Signed by the last root.
struct BackupStatement {
  AccountId account_id;
  std::uint32_t links = 0;
  base::Bytes<1216> backup_key;  // X-Wing
  crypto::PublicKey backup_access_key;

  base::Blob serialize() const;
  static base::Result<BackupStatement, ParseError> parse(base::View bytes);
};

/// A device's word that it wants to stand on this account's list. Signed by its identity key; outlives successions.
struct DeviceConsent {
  AccountId account_id;
  DeviceNumber number;
  RegistrationId registration_id;
  MailboxId mailbox_id;

  base::Blob serialize() const;
};

struct Device {
  DeviceNumber number;
  crypto::PublicKey identity_key;
  RegistrationId registration_id;
  MailboxId mailbox_id;
  base::Bytes<private_size> sealed;  // {name, admin} for the account's own devices
  base::Day day_added;
  crypto::Signature consent;
  base::Blob server_certificate;  // its ServerCertificate under the list's account key

  DeviceConsent consent_of(const AccountId& account) const {
    return {.account_id = account, .number = number, .registration_id = registration_id, .mailbox_id = mailbox_id};
  }
};

/// Which devices speak for the account, and where it lives. Signed by the account key.
struct DeviceList {
  AccountId account_id;
  Hash certificate_hash;
  Order order;
  base::Day day;
  std::string home_server;
  std::optional<Hash> tls_pin;
  std::vector<Hash> previous;
  std::vector<Device> devices;

  base::Blob serialize() const;
  static base::Result<DeviceList, ParseError> parse(base::View bytes);
  const Device* device(DeviceNumber number) const;  // null if it isn't listed
};

enum class Operation : std::uint32_t { registration = 1, device_list, user_name, deletion, keeping, backup };
constexpr std::uint32_t max_operation = static_cast<std::uint32_t>(Operation::backup);

/// One act of an account, bound to server, state, challenge and body.
struct AccountAct {
  std::string server;
  AccountId account_id;
  Operation operation = Operation::registration;
  Order order;
  base::Bytes<32> challenge;
  Hash body_hash;  // plain SHA-256 of the body

  base::Blob serialize() const;
  static base::Result<AccountAct, ParseError> parse(base::View bytes);
};

/// Certificate and list, as they travel in messages and come from the server.
struct Introduction {
  Signed certificate;
  Signed list;

  base::Blob serialize() const;
  static base::Result<Introduction, ParseError> parse(base::View bytes);
  friend bool operator==(const Introduction&, const Introduction&) = default;
};

}  // namespace sotto::wire

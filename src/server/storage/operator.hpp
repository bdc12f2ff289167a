#pragma once
#include "server/storage/backups.hpp"
#include "server/storage/permits.hpp"

namespace sotto::server {

/// Everything that is kept about an account, and nothing else: what `disclose` shows.
struct Disclosure {
  struct Envelope {
    std::uint64_t position;
    PermitClass permit_class;
    base::Day day;
    std::uint64_t size;  // bytes; sealed, and by nobody that is known here
  };
  struct Device {
    KnownDevice device;
    base::Bytes<32> token_hash;
    std::optional<base::Bytes<32>> next_token_hash;
    std::optional<base::Bytes<32>> receive_token_hash;
    std::uint32_t old_tokens = 0;
    base::Day last_contact;
    DeviceStatus status;
    base::Blob signed_prekey, last_resort;       // public, signed by the device
    std::optional<base::Bytes<32>> upload_hash;  // of its last upload of prekeys
    std::vector<std::uint32_t> taken;            // one-time prekeys given on `taken_day`, by class of permit
    base::Day taken_day;
    std::uint32_t known_keys = 0;  // hashes of public keys, its present and its spent ones
    std::vector<Envelope> envelopes;
  };
  struct Waiting {
    wire::MailboxId mailbox;
    crypto::PublicKey identity_key;
    wire::RegistrationId registration_id;
    base::Bytes<32> token_hash;
    base::Bytes<32> request_hash;
    base::Blob prekeys;  // public
    base::Day day;
  };
  struct GivenNumber {
    std::uint8_t number;
    base::Blob identity_key;
  };
  wire::AccountId account;
  std::optional<std::string> user_name;
  base::Blob introduction;
  base::Blob backup_statement;
  base::Bytes<32> registration_hash;  // of the request that made it
  AccountSettings settings;
  base::Day deletion;  // 0: none is pending
  std::vector<Device> devices;
  std::vector<Waiting> waiting;
  std::vector<GivenNumber> numbers;  // of this epoch
  std::vector<Permit> permits;
  std::uint64_t backup_counter = 0;
  std::vector<KnownBackup> backups;
};

struct StorageStats {
  std::uint64_t accounts = 0, devices = 0, waiting_devices = 0, permits = 0, invites = 0;
  std::uint64_t envelopes = 0, envelope_bytes = 0;  // as devices get them; shared payloads count for each
  std::uint64_t one_time_prekeys = 0;
  std::uint64_t blobs = 0, blob_bytes = 0, backups = 0;
  std::uint64_t group_logs = 0, group_bytes = 0;
  std::uint64_t file_bytes = 0;  // of the database
};

struct AccountSummary {
  wire::AccountId id;
  std::optional<std::string> user_name;
  std::uint32_t devices = 0;
  base::Day last_contact;  // of the device that was here last
  base::Day deletion;      // 0: none is pending
};

/// What only who runs the server asks.
class OperatorStorage {
 public:
  virtual ~OperatorStorage() = default;

  virtual asio::awaitable<Stored<std::optional<Disclosure>>> disclose(wire::AccountId account) = 0;
  virtual asio::awaitable<Stored<StorageStats>> stats() = 0;
  /// In the order in which they came, behind the first `skip`.
  virtual asio::awaitable<Stored<std::vector<AccountSummary>>> accounts(std::size_t skip, std::size_t max) = 0;
  /// At once, with all that it has.
  /// returns  its devices, whose connections are to end; nothing if there is no such account
  virtual asio::awaitable<Stored<std::optional<std::vector<DeviceRow>>>> remove(wire::AccountId account,
                                                                                base::Day today) = 0;
};

}  // namespace sotto::server

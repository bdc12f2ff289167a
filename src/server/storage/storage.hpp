#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "crypto/curve25519.hpp"
#include "net/awaitable.hpp"
#include "wire/ids.hpp"
#include "wire/prekeys.hpp"

namespace sotto::server {

namespace asio = boost::asio;

enum class StorageProblem {
  full,    // no room: nothing of this call was kept, others may succeed
  failed,  // the disk or the database: nothing of this call was kept
};
template <class T>
using Stored = base::Result<T, StorageProblem>;

using DeviceRow = base::Id<struct DeviceRowTag, std::uint64_t>;  // one device, for as long as it is registered

struct KnownDevice {
  DeviceRow row;
  wire::AccountId account;
  wire::DeviceNumber number;
  wire::RegistrationId registration_id;
  wire::MailboxId mailbox;
  crypto::PublicKey identity_key;
};

struct KnownAccount {
  wire::AccountId id;
  base::Blob introduction;  // certificate and list, as they were signed
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
};
enum class Registered { done, repeated, key_known, challenge_used, account_exists, name_taken };

enum class PrekeysPut { done, repeated, key_known, too_many };

struct DeviceStatus {
  std::uint64_t queued = 0;
  std::uint32_t one_time = 0;
  std::uint32_t one_time_kyber = 0;
};

struct UploadItem {
  wire::MailboxId mailbox;
  std::uint32_t registration_id;
  base::Blob envelope;
};
struct Upload {
  KnownDevice sender;
  base::Bytes<16> idempotency_key;
  base::Bytes<32> request_hash;
  wire::AccountId recipient;
  std::vector<UploadItem> items;
  base::Day day;
};

struct ListedMailbox {
  wire::MailboxId mailbox;
  wire::DeviceNumber number;
  wire::RegistrationId registration_id;
};
/// What became of an upload: for all its items the same.
struct Delivery {
  enum class Outcome { done, repeated, conflict, unknown_account, wrong_devices, stale_devices, mailbox_full };
  Outcome outcome;
  std::vector<DeviceRow> woken = {};        // done: whose mailboxes have something new
  std::vector<ListedMailbox> missing = {};  // wrong_devices
  std::vector<wire::MailboxId> extra = {};  // wrong_devices
  std::vector<ListedMailbox> stale = {};    // stale_devices
};

struct QueuedEnvelope {
  std::uint64_t position;
  wire::AccountId sender;
  wire::DeviceNumber sender_device;
  base::Blob envelope;
};

/// All that a server keeps. Every call resumes when its effect is durable (or what it read was), and does all of it or
/// nothing. Calls may overlap; their effects come in some order.
class Storage {
 public:
  virtual ~Storage() = default;

  /// 32 random bytes, the same for the life of this storage.
  virtual base::Bytes<32> secret() const = 0;

  virtual asio::awaitable<Stored<Registered>> register_account(NewAccount account) = 0;
  /// Whether an account was registered by exactly this request.
  virtual asio::awaitable<Stored<bool>> is_registered_by(base::Bytes<32> request_hash) = 0;
  virtual asio::awaitable<Stored<std::optional<KnownAccount>>> account(wire::AccountId id) = 0;
  virtual asio::awaitable<Stored<std::optional<KnownAccount>>> account_named(std::string user_name) = 0;
  virtual asio::awaitable<Stored<std::optional<KnownDevice>>> device_with_token(base::Bytes<32> token_hash) = 0;
  virtual asio::awaitable<Stored<DeviceStatus>> status(DeviceRow device) = 0;
  /// Notes the day of last contact.
  virtual asio::awaitable<Stored<void>> touch(DeviceRow device, base::Day day) = 0;

  /// The very same upload right again is a retry. Keys that any device has, or has had within spent_key_days, are
  /// refused.
  virtual asio::awaitable<Stored<PrekeysPut>> put_prekeys(DeviceRow device, wire::PrekeyUpload upload,
                                                          base::Bytes<32> upload_hash, base::Day day) = 0;
  /// A bundle for each device of the account, or nothing if it is unknown. A one-time key is given at most once.
  virtual asio::awaitable<Stored<std::optional<std::vector<wire::DeviceBundle>>>> take_bundles(wire::AccountId id,
                                                                                               base::Day day) = 0;

  virtual asio::awaitable<Stored<Delivery>> deliver(Upload upload) = 0;
  /// The oldest envelopes after a position: as many as fit, but at least one if there is any.
  virtual asio::awaitable<Stored<std::vector<QueuedEnvelope>>> queued(DeviceRow device, std::uint64_t after,
                                                                      std::size_t max_count, std::size_t max_bytes) = 0;
  virtual asio::awaitable<Stored<void>> acknowledge(DeviceRow device, std::vector<std::uint64_t> positions) = 0;

  /// Drops what is too old by `today`: envelopes, idempotency keys, hashes of spent keys.
  virtual asio::awaitable<Stored<void>> expire(base::Day today) = 0;
};

}  // namespace sotto::server

#pragma once
#include <optional>
#include <vector>

#include "base/time.hpp"
#include "crypto/curve25519.hpp"
#include "server/storage/problem.hpp"
#include "wire/ids.hpp"
#include "wire/prekeys.hpp"

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

/// What a device last confirmed: a copy of its database shows neither this nor the next (design, section 5).
struct Generation {
  std::uint64_t number = 0;
  std::optional<base::Bytes<16>> tick = {};
  friend bool operator==(const Generation&, const Generation&) = default;
};

struct DeviceStatus {
  std::uint64_t queued = 0;
  std::uint32_t one_time = 0;
  std::uint32_t one_time_kyber = 0;
  bool is_discoverable = true;
  bool takes_knocks = true;
  base::Day deletion = {};     // 0: none is pending
  base::Day clone_alarm = {};  // 0: never
  Generation generation = {};
};

/// Whose token it is that with_token() doesn't know.
struct OtherToken {
  enum class Kind {
    unknown,
    next,          // of a device that is about to use it
    receive_only,  // opens the mailbox, and deletes nothing
    replaced,      // older than the present one: of a copy
    waiting,       // of a device that no list names yet
  };
  Kind kind = Kind::unknown;
  std::optional<KnownDevice> device = {};  // next, receive_only, replaced
};

/// A device that no list names yet.
struct WaitingDevice {
  AccountRow account;
  base::Bytes<32> grant;  // used up by it
  wire::MailboxId mailbox;
  crypto::PublicKey identity_key;
  wire::RegistrationId registration_id;
  base::Bytes<32> token_hash;
  base::Blob prekeys;  // wire::PrekeyUpload
  base::Bytes<32> request_hash;
  base::Day day;
};
enum class Waits { done, repeated, grant_used, key_known, too_many };
enum class TokenSet { done, token_known };

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
  virtual asio::awaitable<Stored<OtherToken>> with_other_token(base::Bytes<32> token_hash) = 0;

  /// The present token goes on working until the new one is first used.
  virtual asio::awaitable<Stored<TokenSet>> announce_token(DeviceRow device, base::Bytes<32> token_hash) = 0;
  /// The first use of the new one: what was before it is a copy's from now on.
  virtual asio::awaitable<Stored<void>> begin_token(DeviceRow device, base::Bytes<32> token_hash, base::Day day) = 0;
  virtual asio::awaitable<Stored<TokenSet>> set_receive_token(DeviceRow device,
                                                              std::optional<base::Bytes<32>> token_hash) = 0;
  /// Somebody has shown a token older than the present one. Whether that is news today.
  virtual asio::awaitable<Stored<bool>> raise_clone_alarm(DeviceRow device, base::Day day) = 0;
  /// Compare and swap.
  /// returns  what stands afterwards
  virtual asio::awaitable<Stored<Generation>> advance(DeviceRow device, std::optional<base::Bytes<16>> tick_now,
                                                      Generation next) = 0;

  virtual asio::awaitable<Stored<Waits>> wait_for_list(WaitingDevice device) = 0;
  /// Notes the day of last contact.
  virtual asio::awaitable<Stored<void>> touch(DeviceRow device, base::Day day) = 0;
};

}  // namespace sotto::server

#pragma once
#include "server/storage/accounts.hpp"
#include "server/storage/devices.hpp"

namespace sotto::server {

/// What every act has: who acts, on which state, and the challenge that it uses up.
struct ActOn {
  AccountRow account;
  base::Blob introduction;  // under which it was judged: if another one stands, it is too late
  base::Bytes<32> challenge;
  base::Day day;
  bool is_by_root = false;  // then a pending deletion is void
};

/// What became of it. An act that was done already and whose outcome still stands is `repeated`; one whose challenge is
/// used otherwise is refused.
enum class Acted {
  done,
  repeated,
  challenge_used,
  passed,          // another list stands
  key_known,       // of a device that comes
  device_unknown,  // neither a device of the account nor one that waits
  number_given,    // within this epoch, to another key
  name_taken,
  blob_missing,    // no such whole archive
  counter_passed,  // of the archive
};

struct ListChange {
  ActOn on;
  base::Blob introduction;  // the new one
  bool is_new_epoch = false;
  std::vector<KnownDevice> devices;  // as listed; the rows mean nothing
  struct Arrival {
    wire::DeviceNumber number;
    base::Bytes<32> token_hash;
    wire::PrekeyUpload prekeys;
  };
  std::optional<Arrival> arrival = {};
  bool may_be_absent = false;  // devices that are not here: a list of before a restore, which they may return to
};

/// A device of which nothing but its place on a list is here.
struct LostDevice {
  AccountRow account;
  wire::DeviceNumber number;
  crypto::PublicKey identity_key;
  base::Bytes<32> token_hash;
  wire::PrekeyUpload prekeys;
  base::Day day;
};
enum class Returned { done, repeated, device_known, key_known };

struct ActOutcome {
  Acted what;
  base::Blob introduction = {};         // that stands, if `passed`
  std::vector<DeviceRow> removed = {};  // gone with all that they had
  std::vector<DeviceRow> devices = {};  // that remain
};

struct NameChange {
  ActOn on;
  std::optional<std::string> user_name;
};

class ActStorage {
 public:
  virtual ~ActStorage() = default;

  virtual asio::awaitable<Stored<ActOutcome>> replace_list(ListChange change) = 0;
  virtual asio::awaitable<Stored<Returned>> return_device(LostDevice device) = 0;
  virtual asio::awaitable<Stored<ActOutcome>> rename(NameChange change) = 0;
  /// By the root: at once. By the account key alone: on `on`, and until then it may be taken back.
  virtual asio::awaitable<Stored<ActOutcome>> remove_account(ActOn act, base::Day on) = 0;
  virtual asio::awaitable<Stored<ActOutcome>> keep_account(ActOn act) = 0;
  virtual asio::awaitable<Stored<bool>> is_used(base::Bytes<32> challenge) = 0;
};

}  // namespace sotto::server

#pragma once
#include "server/storage/accounts.hpp"
#include "server/storage/devices.hpp"
#include "server/storage/mailboxes.hpp"
#include "server/storage/permits.hpp"
#include "server/storage/prekeys.hpp"

namespace sotto::server {

/// All that a server keeps, noun by noun. Every call resumes when its effect is durable (or what it read was), and does
/// all of it or nothing. Calls may overlap; their effects come in the order of the calls on one row.
class Storage {
 public:
  virtual ~Storage() = default;

  /// 32 random bytes, the same for the life of this storage.
  virtual base::Bytes<32> secret() const = 0;

  virtual AccountStorage& accounts() = 0;
  virtual DeviceStorage& devices() = 0;
  virtual PermitStorage& permits() = 0;
  virtual PrekeyStorage& prekeys() = 0;
  virtual MailboxStorage& mailboxes() = 0;

  /// Drops what is too old by `today`: envelopes, permits, hashes of spent keys.
  virtual asio::awaitable<Stored<void>> expire(base::Day today) = 0;
};

}  // namespace sotto::server

#pragma once
#include "server/storage/acts.hpp"
#include "server/storage/backups.hpp"
#include "server/storage/blob_store.hpp"
#include "server/storage/groups.hpp"
#include "server/storage/invites.hpp"
#include "server/storage/mailboxes.hpp"
#include "server/storage/maintenance.hpp"
#include "server/storage/operator.hpp"
#include "server/storage/permits.hpp"
#include "server/storage/prekeys.hpp"

namespace sotto::server {

/// What went with what was too old.
struct Expired {
  std::vector<DeviceRow> devices;  // of deleted accounts
  std::vector<BlobId> blobs;       // whose bytes are no longer wanted
  bool has_more = false;           // to drop: one call does a bounded piece of work, so that nobody waits for it
};

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
  virtual ActStorage& acts() = 0;
  virtual InviteStorage& invites() = 0;
  virtual BlobStorage& blobs() = 0;
  virtual BlobStore& blob_bytes() = 0;
  virtual BackupStorage& backups() = 0;
  virtual GroupStorage& groups() = 0;
  virtual OperatorStorage& operators() = 0;
  virtual Maintenance& maintenance() = 0;

  /// Drops what is too old by `today`: envelopes, permits, hashes of spent keys, devices that waited in vain, blobs,
  /// archives, accounts whose deletion is due. At most limits::expired_at_once of each.
  virtual asio::awaitable<Stored<Expired>> expire(base::Day today) = 0;
};

}  // namespace sotto::server

#pragma once
#include <memory>
#include <vector>

#include "net/handler.hpp"
#include "server/storage/permits.hpp"

namespace sotto::server {

using Position = std::uint64_t;  // of an envelope; strictly increasing in a mailbox, never used twice

struct NewEnvelope {
  DeviceRow device;
  Position position;  // from next_position()
  PermitClass permit_class;
  std::shared_ptr<const base::Blob> bytes;  // shared with who pushes the same envelope
  Sender sender = nobody_in_particular;
};

/// The envelopes of one upload to one account.
struct NewEnvelopes {
  std::vector<NewEnvelope> envelopes;
  std::uint64_t upload = 0;  // names the upload, so that a retry is recognised after a restart
  base::Day day;
  /// Whether a full mailbox keeps them out. Not asked for what a device already has on its screen.
  bool respects_limits = true;
};

/// One upload to many devices: a payload that is kept once, and what each device gets before it.
struct SharedEnvelopes {
  struct Part {
    DeviceRow device;
    Position position;
    PermitClass permit_class;
    base::Blob head;  // the device's envelope is head ‖ payload
    Sender sender = nobody_in_particular;
  };
  std::vector<Part> parts;
  base::Blob payload;
  std::uint64_t upload = 0;
  base::Day day;
};

enum class Kept { stored, mailbox_full, no_such_device };

struct QueuedEnvelope {
  Position position;
  base::Blob envelope;
};

class MailboxStorage {
 public:
  virtual ~MailboxStorage() = default;

  /// A position above all that were given before, also before a restart.
  virtual Position next_position() = 0;
  /// All or nothing: the first reason found against any of them counts for all.
  virtual asio::awaitable<Stored<Kept>> store(NewEnvelopes envelopes) = 0;
  /// The same for what waits for nobody: it is in the queue when this returns, before whatever is stored next. `done`
  /// is called later.
  virtual void keep(NewEnvelopes envelopes, net::Handler<Stored<Kept>> done) = 0;
  /// One answer for each part; what has no room keeps nothing else out.
  virtual asio::awaitable<Stored<std::vector<Kept>>> store_shared(SharedEnvelopes envelopes) = 0;
  /// The oldest envelopes after a position: as many as fit, but at least one if there is any.
  virtual asio::awaitable<Stored<std::vector<QueuedEnvelope>>> queued(DeviceRow device, Position after,
                                                                      std::size_t max_count, std::size_t max_bytes) = 0;
  /// Deletes. Resumes when that is durable; it waits a little for company, as a crash would only deliver them again.
  virtual asio::awaitable<Stored<void>> acknowledge(DeviceRow device, std::vector<Position> positions) = 0;
  /// The uploads of the newest envelopes that wait, at most `max`, newest first.
  virtual asio::awaitable<Stored<std::vector<std::uint64_t>>> recent_uploads(std::size_t max) = 0;
};

}  // namespace sotto::server

#pragma once
#include <array>
#include <unordered_map>

#include "server/storage/embedded/cache.hpp"
#include "server/storage/embedded/database.hpp"
#include "server/storage/embedded/sender_parts.hpp"
#include "server/storage/mailboxes.hpp"

namespace sotto::server {

/// How much waits for a device, by class of permit. Counted once, then kept up to date by who stores and deletes: a
/// message costs no second row. Used by the writer's thread only; forgotten whenever a transaction is taken back.
class QueueCounts {
 public:
  struct Count {
    std::uint64_t envelopes = 0;
    std::uint64_t bytes = 0;
  };
  using Counts = std::array<Count, 6>;  // by PermitClass

  /// Nothing if there is no such device. The pointer lives until the next call.
  Counts* of(Database& database, DeviceRow device);
  void forget(DeviceRow device) { counts_.erase(device); }
  void forget_all() {
    counts_.clear();
    senders.forget_all();
  }

  SenderParts senders;

 private:
  std::unordered_map<DeviceRow, Counts, FirstBytes> counts_;
};

}  // namespace sotto::server

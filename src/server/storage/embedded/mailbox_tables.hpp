#pragma once
#include "server/storage/embedded/queue_counts.hpp"

/// The transactions on mailboxes, on one connection.
namespace sotto::server::tables {

Kept store(Database& database, QueueCounts& counts, const NewEnvelopes& envelopes);
std::vector<Kept> store_shared(Database& database, QueueCounts& counts, const SharedEnvelopes& envelopes);
std::vector<QueuedEnvelope> queued(Database& database, DeviceRow device, Position after, std::size_t max_count,
                                   std::size_t max_bytes);
void acknowledge(Database& database, QueueCounts& counts, DeviceRow device, const std::vector<Position>& positions);
std::vector<std::uint64_t> recent_uploads(Database& database, std::size_t max);
/// returns  whether there may be more to drop
bool expire_envelopes(Database& database, QueueCounts& counts, base::Day today);

/// Reserves positions up to one that is not yet given out; a restart begins there.
void reserve_positions(Database& database, Position below);
Position reserved_positions(Database& database);

}  // namespace sotto::server::tables

#pragma once
#include "server/storage/database.hpp"
#include "server/storage/storage.hpp"

/// The transactions on mailboxes, on one connection.
namespace sotto::server::tables {

Delivery deliver(Database& database, const Upload& upload);
std::vector<QueuedEnvelope> queued(Database& database, DeviceRow device, std::uint64_t after, std::size_t max_count,
                                   std::size_t max_bytes);
void acknowledge(Database& database, DeviceRow device, const std::vector<std::uint64_t>& positions);
void expire(Database& database, base::Day today);

}  // namespace sotto::server::tables

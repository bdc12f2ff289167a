#pragma once
#include "server/storage/acts.hpp"
#include "server/storage/embedded/queue_counts.hpp"

/// How a device, or an account with all it has, leaves. On the writer's connection.
namespace sotto::server::tables {

/// Token, mailbox, envelopes, prekeys; its keys stay known for limits::spent_key_days, so that none comes again.
void remove_device(Database& database, QueueCounts& counts, DeviceRow device, base::Day today);
/// returns  the devices that it had
std::vector<DeviceRow> remove_account(Database& database, QueueCounts& counts, AccountRow account, base::Day today);
/// Every account whose deletion is due.
std::vector<DeviceRow> remove_due_accounts(Database& database, QueueCounts& counts, base::Day today);

}  // namespace sotto::server::tables

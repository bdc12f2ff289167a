#pragma once
#include "server/storage/embedded/queue_counts.hpp"
#include "server/storage/operator.hpp"

/// What the operator asks, on one connection.
namespace sotto::server::tables {

std::optional<Disclosure> disclose(Database& database, const wire::AccountId& account);
StorageStats stats(Database& database);
std::vector<AccountSummary> summaries(Database& database, std::size_t skip, std::size_t max);
std::optional<std::vector<DeviceRow>> remove_by_operator(Database& database, QueueCounts& counts,
                                                         const wire::AccountId& account, base::Day today);

}  // namespace sotto::server::tables

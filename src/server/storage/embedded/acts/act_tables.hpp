#pragma once
#include "server/storage/acts.hpp"
#include "server/storage/embedded/queue_counts.hpp"

/// The transactions that acts of accounts are, on the writer's connection.
namespace sotto::server::tables {

bool is_used(Database& database, const base::Bytes<32>& challenge);
/// Whether the act comes at all: nothing if it may go on, and then its challenge is used up.
std::optional<ActOutcome> begin_act(Database& database, const ActOn& act);
void expire_challenges(Database& database, base::Day today);

ActOutcome replace_list(Database& database, QueueCounts& counts, const ListChange& change);
Returned return_device(Database& database, const LostDevice& device);
ActOutcome rename(Database& database, const NameChange& change);
ActOutcome delete_account(Database& database, QueueCounts& counts, const ActOn& act, base::Day on);
ActOutcome keep_account(Database& database, const ActOn& act);

}  // namespace sotto::server::tables

#pragma once
#include "server/storage/devices.hpp"
#include "server/storage/embedded/database.hpp"

/// The transactions on devices that no list names yet.
namespace sotto::server::tables {

/// Whether any device, present or waiting, has this token in any place.
bool is_token_known(Database& database, const base::Bytes<32>& token_hash);

Waits wait_for_list(Database& database, const WaitingDevice& device);
std::optional<WaitingDevice> waiting_at(Database& database, AccountRow account, const wire::MailboxId& mailbox);
bool is_waiting(Database& database, const base::Bytes<32>& token_hash);
void forget_waiting(Database& database, const wire::MailboxId& mailbox);
void expire_waiting(Database& database, base::Day today);

}  // namespace sotto::server::tables

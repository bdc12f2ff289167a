#pragma once
#include "server/storage/accounts.hpp"
#include "server/storage/embedded/database.hpp"

/// The transactions on accounts, on one connection.
namespace sotto::server::tables {

Registered register_account(Database& database, const NewAccount& account);
bool is_registered_by(Database& database, const base::Bytes<32>& request_hash);
std::optional<KnownAccount> account_with_id(Database& database, const wire::AccountId& id);
std::optional<KnownAccount> account_at(Database& database, AccountRow row);
std::optional<KnownAccount> account_named(Database& database, const std::string& user_name);
void set_account(Database& database, AccountRow account, const AccountSettings& settings);

}  // namespace sotto::server::tables

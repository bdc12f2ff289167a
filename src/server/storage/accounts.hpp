#pragma once
#include "server/storage/database.hpp"
#include "server/storage/storage.hpp"

/// The transactions on accounts and devices, on one connection.
namespace sotto::server::tables {

Registered register_account(Database& database, const NewAccount& account);
bool is_registered_by(Database& database, const base::Bytes<32>& request_hash);
std::optional<KnownAccount> account(Database& database, const wire::AccountId& id);
std::optional<KnownAccount> account_named(Database& database, const std::string& user_name);
std::optional<KnownDevice> device_with_token(Database& database, const base::Bytes<32>& token_hash);
DeviceStatus status(Database& database, DeviceRow device);
void touch(Database& database, DeviceRow device, base::Day day);

inline DeviceRow device_row(std::int64_t id) { return DeviceRow(static_cast<std::uint64_t>(id)); }

/// A field that this storage wrote, read again. What does not parse is damage: SqlError.
template <class T>
T intact(std::optional<T> read) {
  if (!read) throw SqlError{.code = SQLITE_CORRUPT, .message = "a field is not what was written"};
  return *std::move(read);
}

}  // namespace sotto::server::tables

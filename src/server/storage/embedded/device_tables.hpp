#pragma once
#include "server/storage/devices.hpp"
#include "server/storage/embedded/database.hpp"

/// The transactions on devices, on one connection.
namespace sotto::server::tables {

std::optional<KnownDevice> device_with_token(Database& database, const base::Bytes<32>& token_hash);
std::optional<KnownDevice> device_with_mailbox(Database& database, const wire::MailboxId& mailbox);
std::optional<KnownDevice> device_at(Database& database, DeviceRow row);
std::vector<KnownDevice> devices_of_account(Database& database, AccountRow account);  // by number
std::vector<Target> targets_of(Database& database, AccountRow account);
DeviceStatus status(Database& database, DeviceRow device);
void touch(Database& database, DeviceRow device, base::Day day);

inline DeviceRow device_row(std::int64_t id) { return DeviceRow(static_cast<std::uint64_t>(id)); }
inline AccountRow account_row(std::int64_t id) { return AccountRow(static_cast<std::uint64_t>(id)); }

/// A field that this storage wrote, read again. What does not parse is damage: SqlError.
template <class T>
T intact(std::optional<T> read) {
  if (!read) throw SqlError{.code = SQLITE_CORRUPT, .message = "a field is not what was written"};
  return *std::move(read);
}

}  // namespace sotto::server::tables

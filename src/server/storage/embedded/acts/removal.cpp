#include "server/storage/embedded/acts/removal.hpp"

#include "server/storage/embedded/device_tables.hpp"

namespace sotto::server::tables {
namespace {

void forget_envelopes(Database& database, DeviceRow device) {
  std::vector<std::int64_t> payloads;
  {
    Query query(database, "DELETE FROM envelopes WHERE device = ? RETURNING payload", device.value);
    while (query.next()) {
      if (!query.is_null(0)) payloads.push_back(query.number(0));
    }
  }
  for (const std::int64_t payload : payloads) {
    Query(database, "UPDATE payloads SET uses = uses - 1 WHERE id = ?", payload).run();
    Query(database, "DELETE FROM payloads WHERE id = ? AND uses <= 0", payload).run();
  }
}

}  // namespace

void remove_device(Database& database, QueueCounts& counts, DeviceRow device, base::Day today) {
  forget_envelopes(database, device);
  counts.forget(device);
  Query(database, "DELETE FROM one_time_prekeys WHERE device = ?", device.value).run();
  Query(database, "DELETE FROM old_tokens WHERE device = ?", device.value).run();
  Query(database, "UPDATE directory_keys SET gone_day = ? WHERE device = ? AND gone_day IS NULL", today.value,
        device.value)
      .run();
  Query(database, "DELETE FROM devices WHERE id = ?", device.value).run();
}

std::vector<DeviceRow> remove_account(Database& database, QueueCounts& counts, AccountRow account, base::Day today) {
  std::vector<DeviceRow> devices;
  for (const Target& target : targets_of(database, account)) devices.push_back(target.row);
  for (const DeviceRow device : devices) remove_device(database, counts, device, today);
  Query(database, "DELETE FROM permits WHERE account = ?", account.value).run();
  Query(database, "DELETE FROM given_numbers WHERE account = ?", account.value).run();
  Query(database, "DELETE FROM waiting_devices WHERE account = ?", account.value).run();
  // The archives' bytes go with the next round of what is too old.
  Query(database, "UPDATE blobs SET last_day = 0 WHERE id IN (SELECT blob FROM backups WHERE account = ?)",
        account.value)
      .run();
  Query(database, "DELETE FROM backups WHERE account = ?", account.value).run();
  Query(database, "DELETE FROM accounts WHERE id = ?", account.value).run();
  return devices;
}

std::vector<DeviceRow> remove_due_accounts(Database& database, QueueCounts& counts, base::Day today) {
  std::vector<AccountRow> due;
  {
    Query query(database, "SELECT id FROM accounts WHERE deletion_day <= ?", today.value);
    while (query.next()) due.push_back(account_row(query.number(0)));
  }
  std::vector<DeviceRow> devices;
  for (const AccountRow account : due) {
    const auto gone = remove_account(database, counts, account, today);
    devices.insert(devices.end(), gone.begin(), gone.end());
  }
  return devices;
}

}  // namespace sotto::server::tables

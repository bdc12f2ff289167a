#include "server/limits.hpp"
#include "server/storage/embedded/acts/act_tables.hpp"
#include "server/storage/embedded/blobs/blob_tables.hpp"
#include "server/storage/embedded/device_tables.hpp"

namespace sotto::server::tables {
namespace {

std::optional<std::int64_t> whole_archive(Database& database, const NewBackup& backup) {
  Query query(database, "SELECT id, size, sha256 FROM blobs WHERE blob_id = ? AND kind = ? AND last_day >= ?",
              backup.blob, static_cast<std::int64_t>(BlobKind::backup), backup.on.day.value);
  if (!query.next()) return std::nullopt;
  const bool fits =
      static_cast<std::uint64_t>(query.number(1)) == backup.size && base::same(query.bytes(2), backup.sha256);
  return fits ? std::optional(query.number(0)) : std::nullopt;
}

std::uint64_t counter_of(Database& database, AccountRow account) {
  Query query(database, "SELECT backup_counter FROM accounts WHERE id = ?", account.value);
  return query.next() ? static_cast<std::uint64_t>(query.number(0)) : 0;
}

bool stands(Database& database, const NewBackup& backup) {
  return Query(database,
               "SELECT 1 FROM backups b JOIN blobs f ON f.id = b.blob WHERE b.account = ? AND b.counter = ? AND "
               "b.last_day IS NULL AND f.blob_id = ?",
               backup.on.account.value, backup.counter, backup.blob)
      .next();
}

}  // namespace

BackupOutcome replace_backup(Database& database, const NewBackup& backup) {
  const auto account = backup.on.account;
  if (is_used(database, backup.on.challenge))
    return {.act = {.what = stands(database, backup) ? Acted::repeated : Acted::challenge_used}};
  Attempt attempt(database);
  if (auto refused = begin_act(database, backup.on)) return {.act = *std::move(refused)};
  const auto refuse = [&attempt](Acted why, std::uint64_t counter) {
    attempt.undo();
    return BackupOutcome{.act = {.what = why}, .counter = counter};
  };
  const std::uint64_t counter = counter_of(database, account);
  if (backup.counter <= counter) return refuse(Acted::counter_passed, counter);
  const auto blob = whole_archive(database, backup);
  if (!blob) return refuse(Acted::blob_missing, counter);

  const auto last_day = backup.on.day.value + limits::old_backup_days;
  Query(database, "UPDATE backups SET last_day = ? WHERE account = ? AND last_day IS NULL", last_day, account.value)
      .run();
  Query(database, "UPDATE blobs SET last_day = NULL WHERE id = ?", *blob).run();
  Query(database, "INSERT INTO backups (account, counter, day, manifest, blob) VALUES (?, ?, ?, ?, ?)", account.value,
        backup.counter, backup.on.day.value, backup.manifest, *blob)
      .run();
  Query(database, "UPDATE accounts SET backup_counter = ? WHERE id = ?", backup.counter, account.value).run();
  return {.act = {.what = Acted::done}, .counter = backup.counter};
}

std::optional<Backups> backups_of(Database& database, const wire::AccountId& account) {
  Backups found;
  std::int64_t row = 0;
  {
    Query query(database, "SELECT id, introduction, backup_statement FROM accounts WHERE account_id = ?",
                account.view());
    if (!query.next()) return std::nullopt;
    row = query.number(0);
    found.introduction = base::blob(query.bytes(1));
    found.backup_statement = base::blob(query.bytes(2));
  }
  Query query(database,
              "SELECT b.counter, b.day, f.size, f.sha256, b.manifest, f.blob_id FROM backups b JOIN blobs f ON f.id = "
              "b.blob WHERE b.account = ? ORDER BY b.counter DESC",
              row);
  while (query.next()) {
    found.archives.push_back({.counter = static_cast<std::uint64_t>(query.number(0)),
                              .day = {static_cast<std::uint32_t>(query.number(1))},
                              .size = static_cast<std::uint64_t>(query.number(2)),
                              .sha256 = intact(base::fixed<32>(query.bytes(3))),
                              .manifest = base::blob(query.bytes(4)),
                              .blob = intact(base::fixed<16>(query.bytes(5)))});
  }
  return found;
}

void expire_backups(Database& database, base::Day today) {
  Query(database, "UPDATE blobs SET last_day = 0 WHERE id IN (SELECT blob FROM backups WHERE last_day < ?)",
        today.value)
      .run();
  Query(database, "DELETE FROM backups WHERE last_day < ?", today.value).run();
}

}  // namespace sotto::server::tables

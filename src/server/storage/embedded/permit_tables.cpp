#include "server/storage/embedded/permit_tables.hpp"

#include <algorithm>

#include "server/limits.hpp"

namespace sotto::server::tables {
namespace {

std::int64_t number(PermitClass permit_class) { return static_cast<std::int64_t>(permit_class); }

bool is_of_another(Database& database, AccountRow account, const PermitHash& hash) {
  Query query(database, "SELECT account FROM permits WHERE hash = ?", hash);
  return query.next() && static_cast<std::uint64_t>(query.number(0)) != account.value;
}

bool are_too_many(Database& database, AccountRow account, PermitClass permit_class, std::int64_t at_most) {
  Query query(database, "SELECT count(*) FROM permits WHERE account = ? AND class = ?", account.value,
              number(permit_class));
  return query.next() && query.number(0) > at_most;
}

/// What came before a new contact permit is good for a while: contacts learn of the new one by and by.
void let_others_run_out(Database& database, AccountRow account, const PermitHash& newest, base::Day today) {
  Query(database, "UPDATE permits SET last_day = min(last_day, ?) WHERE account = ? AND class = ? AND hash IS NOT ?",
        today.value + limits::permit_grace_days, account.value, number(PermitClass::contact), newest)
      .run();
}

}  // namespace

PermitsPut put_permits(Database& database, AccountRow account, const PermitChange& change, base::Day today) {
  const auto is_foreign = [&](const Permit& permit) { return is_of_another(database, account, permit.hash); };
  if (std::ranges::any_of(change.add, is_foreign)) return PermitsPut::of_another_account;
  Attempt attempt(database);
  for (const PermitHash& hash : change.revoke)
    Query(database, "DELETE FROM permits WHERE hash = ? AND account = ?", hash, account.value).run();
  Query(database, "DELETE FROM permits WHERE account = ? AND last_day < ?", account.value, today.value).run();
  for (const Permit& permit : change.add) {
    Query(database,
          "INSERT INTO permits (hash, account, class, last_day) VALUES (?, ?, ?, ?) ON CONFLICT (hash) DO UPDATE SET "
          "class = excluded.class, last_day = excluded.last_day",
          permit.hash, account.value, number(permit.permit_class), permit.last_day.value)
        .run();
    if (permit.permit_class == PermitClass::contact) let_others_run_out(database, account, permit.hash, today);
  }
  const bool is_over = are_too_many(database, account, PermitClass::contact, limits::contact_permits) ||
                       are_too_many(database, account, PermitClass::link, limits::link_permits) ||
                       are_too_many(database, account, PermitClass::group, limits::group_permits);
  if (!is_over) return PermitsPut::done;
  attempt.undo();
  return PermitsPut::too_many;
}

std::optional<KnownPermit> find_permit(Database& database, const PermitHash& hash) {
  Query query(database, "SELECT account, class, last_day FROM permits WHERE hash = ?", hash);
  if (!query.next()) return std::nullopt;
  return KnownPermit{.holder = {.account = AccountRow(static_cast<std::uint64_t>(query.number(0))),
                                .permit_class = static_cast<PermitClass>(query.number(1))},
                     .last_day = {static_cast<std::uint32_t>(query.number(2))}};
}

bool expire_permits(Database& database, base::Day today) {
  Query(database, "DELETE FROM permits WHERE id IN (SELECT id FROM permits WHERE last_day < ? LIMIT ?)", today.value,
        limits::expired_at_once)
      .run();
  return database.changed() == static_cast<std::int64_t>(limits::expired_at_once);
}

}  // namespace sotto::server::tables

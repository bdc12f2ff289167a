#include "server/storage/embedded/acts/act_tables.hpp"

#include "server/storage/embedded/account_tables.hpp"
#include "server/storage/embedded/acts/removal.hpp"
#include "server/storage/embedded/device_tables.hpp"

namespace sotto::server::tables {
namespace {

std::vector<DeviceRow> devices_of(Database& database, AccountRow account) {
  std::vector<DeviceRow> rows;
  for (const Target& target : targets_of(database, account)) rows.push_back(target.row);
  return rows;
}

std::optional<std::string> name_of(Database& database, AccountRow account) {
  Query query(database, "SELECT user_name FROM accounts WHERE id = ?", account.value);
  if (!query.next() || query.is_null(0)) return std::nullopt;
  return base::text(query.bytes(0));
}

std::int64_t deletion_of(Database& database, AccountRow account) {
  Query query(database, "SELECT coalesce(deletion_day, 0) FROM accounts WHERE id = ?", account.value);
  return query.next() ? query.number(0) : 0;
}

ActOutcome if_stands(bool stands) { return {.what = stands ? Acted::repeated : Acted::challenge_used}; }

}  // namespace

bool is_used(Database& database, const base::Bytes<32>& challenge) {
  return Query(database, "SELECT 1 FROM used_challenges WHERE challenge = ?", challenge).next();
}

std::optional<ActOutcome> begin_act(Database& database, const ActOn& act) {
  if (is_used(database, act.challenge)) return ActOutcome{.what = Acted::challenge_used};
  const auto stored = account_at(database, act.account);
  if (!stored) return ActOutcome{.what = Acted::passed};
  if (stored->introduction != act.introduction)
    return ActOutcome{.what = Acted::passed, .introduction = stored->introduction};
  Query(database, "INSERT INTO used_challenges (challenge, day) VALUES (?, ?)", act.challenge, act.day.value).run();
  if (act.is_by_root) Query(database, "UPDATE accounts SET deletion_day = NULL WHERE id = ?", act.account.value).run();
  return std::nullopt;
}

void expire_challenges(Database& database, base::Day today) {
  // Longer than any of them is good, also if the clock was set back by a day in between.
  Query(database, "DELETE FROM used_challenges WHERE day + 2 < ?", today.value).run();
}

ActOutcome rename(Database& database, const NameChange& change) {
  if (is_used(database, change.on.challenge))
    return if_stands(name_of(database, change.on.account) == change.user_name);
  Attempt attempt(database);
  if (auto refused = begin_act(database, change.on)) return *std::move(refused);
  if (!change.user_name) {
    Query(database, "UPDATE accounts SET user_name = NULL WHERE id = ?", change.on.account.value).run();
  } else {
    if (Query(database, "SELECT 1 FROM accounts WHERE user_name = ? AND id <> ?", *change.user_name,
              change.on.account.value)
            .next()) {
      attempt.undo();
      return {.what = Acted::name_taken};
    }
    Query(database, "UPDATE accounts SET user_name = ? WHERE id = ?", *change.user_name, change.on.account.value).run();
  }
  return {.what = Acted::done, .devices = devices_of(database, change.on.account)};
}

ActOutcome delete_account(Database& database, QueueCounts& counts, const ActOn& act, base::Day on) {
  if (is_used(database, act.challenge)) return if_stands(deletion_of(database, act.account) > 0);
  if (auto refused = begin_act(database, act)) return *std::move(refused);
  if (act.is_by_root) return {.what = Acted::done, .removed = remove_account(database, counts, act.account, act.day)};
  Query(database, "UPDATE accounts SET deletion_day = coalesce(deletion_day, ?) WHERE id = ?", on.value,
        act.account.value)
      .run();
  return {.what = Acted::done, .devices = devices_of(database, act.account)};
}

ActOutcome keep_account(Database& database, const ActOn& act) {
  if (is_used(database, act.challenge)) return if_stands(deletion_of(database, act.account) == 0);
  if (auto refused = begin_act(database, act)) return *std::move(refused);
  return {.what = Acted::done, .devices = devices_of(database, act.account)};
}

}  // namespace sotto::server::tables

#include "server/storage/embedded/invite_tables.hpp"

namespace sotto::server::tables {

Invite make_invite(Database& database, const InviteHash& hash, std::uint32_t uses, base::Day last_day) {
  Query(database, "INSERT INTO invites (hash, uses_left, last_day) VALUES (?, ?, ?)", hash, uses, last_day.value).run();
  return {.id = static_cast<std::uint64_t>(database.last_id()), .uses_left = uses, .last_day = last_day};
}

std::vector<Invite> invites(Database& database) {
  Query query(database, "SELECT id, uses_left, last_day FROM invites ORDER BY id");
  std::vector<Invite> all;
  while (query.next()) {
    all.push_back({.id = static_cast<std::uint64_t>(query.number(0)),
                   .uses_left = static_cast<std::uint32_t>(query.number(1)),
                   .last_day = {static_cast<std::uint32_t>(query.number(2))}});
  }
  return all;
}

bool revoke_invite(Database& database, std::uint64_t id) {
  Query(database, "DELETE FROM invites WHERE id = ?", id).run();
  return database.changed() > 0;
}

bool use_invite(Database& database, const InviteHash& hash, base::Day today) {
  Query(database, "UPDATE invites SET uses_left = uses_left - 1 WHERE hash = ? AND uses_left > 0 AND last_day >= ?",
        hash, today.value)
      .run();
  if (database.changed() == 0) return false;
  Query(database, "DELETE FROM invites WHERE hash = ? AND uses_left = 0", hash).run();
  return true;
}

void expire_invites(Database& database, base::Day today) {
  Query(database, "DELETE FROM invites WHERE last_day < ?", today.value).run();
}

}  // namespace sotto::server::tables

#include "server/storage/embedded/tokens/token_tables.hpp"

#include "server/limits.hpp"
#include "server/storage/embedded/device_tables.hpp"
#include "server/storage/embedded/tokens/waiting_tables.hpp"

namespace sotto::server::tables {
namespace {

std::optional<DeviceRow> row(Query& query) {
  if (!query.next()) return std::nullopt;
  return device_row(query.number(0));
}

}  // namespace

OtherToken other_token(Database& database, const base::Bytes<32>& token_hash) {
  using enum OtherToken::Kind;
  const auto found = [&database](OtherToken::Kind kind, std::string_view sql, const base::Bytes<32>& hash) {
    Query query(database, sql, hash);
    const auto device = row(query);
    return device ? OtherToken{.kind = kind, .device = device_at(database, *device)} : OtherToken{};
  };
  if (auto coming = found(next, "SELECT id FROM devices WHERE next_token_hash = ?", token_hash); coming.device)
    return coming;
  if (auto receive = found(receive_only, "SELECT id FROM devices WHERE receive_token_hash = ?", token_hash);
      receive.device)
    return receive;
  if (auto old = found(replaced, "SELECT device FROM old_tokens WHERE hash = ?", token_hash); old.device) return old;
  return {.kind = is_waiting(database, token_hash) ? waiting : unknown};
}

TokenSet announce_token(Database& database, DeviceRow device, const base::Bytes<32>& token_hash) {
  if (Query(database, "SELECT 1 FROM devices WHERE id = ?1 AND (token_hash = ?2 OR next_token_hash = ?2)", device.value,
            token_hash)
          .next())
    return TokenSet::done;
  if (is_token_known(database, token_hash)) return TokenSet::token_known;
  Query(database, "UPDATE devices SET next_token_hash = ? WHERE id = ?", token_hash, device.value).run();
  return TokenSet::done;
}

void begin_token(Database& database, DeviceRow device, const base::Bytes<32>& token_hash, base::Day day) {
  Query(database,
        "INSERT INTO old_tokens (hash, device, day) SELECT token_hash, id, ?3 FROM devices WHERE id = ?1 AND "
        "next_token_hash = ?2",
        device.value, token_hash, day.value)
      .run();
  Query(database,
        "UPDATE devices SET token_hash = next_token_hash, next_token_hash = NULL WHERE id = ? AND next_token_hash = ?",
        device.value, token_hash)
      .run();
  Query(database,
        "DELETE FROM old_tokens WHERE device = ?1 AND id <= (SELECT id FROM old_tokens WHERE device = ?1 ORDER BY id "
        "DESC LIMIT 1 OFFSET ?2)",
        device.value, limits::old_tokens)
      .run();
}

TokenSet set_receive_token(Database& database, DeviceRow device, const std::optional<base::Bytes<32>>& token_hash) {
  if (!token_hash) {
    Query(database, "UPDATE devices SET receive_token_hash = NULL WHERE id = ?", device.value).run();
    return TokenSet::done;
  }
  if (Query(database, "SELECT 1 FROM devices WHERE id = ? AND receive_token_hash = ?", device.value, *token_hash)
          .next())
    return TokenSet::done;
  if (is_token_known(database, *token_hash)) return TokenSet::token_known;
  Query(database, "UPDATE devices SET receive_token_hash = ? WHERE id = ?", *token_hash, device.value).run();
  return TokenSet::done;
}

bool raise_clone_alarm(Database& database, DeviceRow device, base::Day day) {
  Query(database, "UPDATE devices SET clone_alarm_day = ?2 WHERE id = ?1 AND coalesce(clone_alarm_day, 0) < ?2",
        device.value, day.value)
      .run();
  return database.changed() > 0;
}

namespace {

bool is_restored(Database& database) { return Query(database, "SELECT 1 FROM server WHERE epoch > 1").next(); }

}  // namespace

Generation advance(Database& database, DeviceRow device, const std::optional<base::Bytes<16>>& tick_now,
                   const Generation& next) {
  Generation stands;
  {
    Query query(database, "SELECT generation, tick FROM devices WHERE id = ?", device.value);
    if (!query.next()) return {};
    stands.number = static_cast<std::uint64_t>(query.number(0));
    if (!query.is_null(1)) stands.tick = intact(base::fixed<16>(query.bytes(1)));
  }
  // A restored store may be several behind, and the device goes on counting from its own.
  const bool is_next = next.number == stands.number + 1 || (next.number > stands.number && is_restored(database));
  // Without a tick nothing is known here, at first: then the device's word counts.
  const bool follows = !stands.tick || (stands.tick == tick_now && is_next);
  if (stands == next || !follows) return stands;
  Query(database, "UPDATE devices SET generation = ?, tick = ? WHERE id = ?", next.number, *next.tick, device.value)
      .run();
  return next;
}

}  // namespace sotto::server::tables

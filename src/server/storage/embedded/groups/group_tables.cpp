#include "server/storage/embedded/groups/group_tables.hpp"

#include "server/limits.hpp"
#include "server/storage/embedded/device_tables.hpp"

namespace sotto::server::tables {
namespace {

struct Head {
  GroupPosition state_position;
  wire::Hash state_hash;
  GroupPosition last;
  std::uint64_t statements;
  std::uint64_t bytes;
};

Head head_of(Database& database, GroupRow group) {
  Query query(database,
              "SELECT state_position, state_hash, last_position, statements, bytes FROM group_logs WHERE id = ?",
              group.value);
  if (!query.next()) throw SqlError{.code = SQLITE_CORRUPT, .message = "a group log is gone"};
  return {.state_position = static_cast<GroupPosition>(query.number(0)),
          .state_hash = intact(base::fixed<32>(query.bytes(1))),
          .last = static_cast<GroupPosition>(query.number(2)),
          .statements = static_cast<std::uint64_t>(query.number(3)),
          .bytes = static_cast<std::uint64_t>(query.number(4))};
}

base::Blob joined(const std::vector<crypto::PublicKey>& keys) {
  base::Blob bytes;
  for (const auto& key : keys) {
    const auto serialized = key.serialize();
    bytes.insert(bytes.end(), serialized.begin(), serialized.end());
  }
  return bytes;
}

std::vector<crypto::PublicKey> keys_in(base::View bytes) {
  std::vector<crypto::PublicKey> keys;
  for (; bytes.size() >= crypto::PublicKey::size; bytes = bytes.subspan(crypto::PublicKey::size)) {
    const auto key = crypto::PublicKey::parse(bytes.first(crypto::PublicKey::size));
    if (!key) throw SqlError{.code = SQLITE_CORRUPT, .message = "an admin key is not one"};
    keys.push_back(*key);
  }
  return keys;
}

void add_entry(Database& database, GroupRow group, GroupPosition position, const wire::Hash& hash,
               const base::Blob& entry, bool is_state) {
  Query(database, "INSERT INTO group_entries (log, position, is_state, hash, entry) VALUES (?, ?, ?, ?, ?)",
        group.value, position, is_state ? 1 : 0, hash, entry)
      .run();
}

}  // namespace

GroupOutcome create_group(Database& database, const NewGroupState& first) {
  {
    Query query(database, "SELECT id, state_hash FROM group_logs WHERE group_id = ?", first.state.group);
    if (query.next()) {
      const bool is_same = base::same(query.bytes(1), first.state_hash);
      return {.what = is_same ? Appended::repeated : Appended::passed, .position = 1};
    }
  }
  Query(database,
        "INSERT INTO group_logs (group_id, read_tag_hash, member_tag_hash, admin_keys, state_position, state_hash, "
        "last_position, statements, bytes) VALUES (?, ?, ?, ?, 1, ?, 1, 0, ?)",
        first.state.group, first.state.read_tag_hash, first.state.member_tag_hash, joined(first.state.admin_keys),
        first.state_hash, first.entry.size())
      .run();
  const GroupRow group(static_cast<std::uint64_t>(database.last_id()));
  add_entry(database, group, 1, first.state_hash, first.entry, true);
  return {.what = Appended::done, .position = 1, .row = group};
}

std::optional<KnownGroup> find_group(Database& database, const wire::GroupId& id) {
  Query query(database, "SELECT id, read_tag_hash, member_tag_hash, admin_keys FROM group_logs WHERE group_id = ?", id);
  if (!query.next()) return std::nullopt;
  return KnownGroup{.row = GroupRow(static_cast<std::uint64_t>(query.number(0))),
                    .read_tag_hash = intact(base::fixed<32>(query.bytes(1))),
                    .member_tag_hash = intact(base::fixed<32>(query.bytes(2))),
                    .admin_keys = keys_in(query.bytes(3))};
}

GroupOutcome append_state(Database& database, GroupRow group, const NewGroupState& state) {
  const Head head = head_of(database, group);
  if (head.state_hash == state.state_hash) return {.what = Appended::repeated, .position = head.state_position};
  if (head.state_position != state.state.last_position || head.state_hash != state.state.last_hash)
    return {.what = Appended::passed, .position = head.state_position, .state_hash = head.state_hash};
  if (head.bytes + state.entry.size() > limits::group_bytes) return {.what = Appended::full};
  const GroupPosition position = head.last + 1;
  add_entry(database, group, position, state.state_hash, state.entry, true);
  Query(database,
        "UPDATE group_logs SET read_tag_hash = ?, member_tag_hash = ?, admin_keys = ?, state_position = ?, state_hash "
        "= ?, last_position = ?, statements = 0, bytes = bytes + ? WHERE id = ?",
        state.state.read_tag_hash, state.state.member_tag_hash, joined(state.state.admin_keys), position,
        state.state_hash, position, state.entry.size(), group.value)
      .run();
  return {.what = Appended::done, .position = position};
}

GroupOutcome append_statement(Database& database, GroupRow group, const wire::Hash& member_tag_hash,
                              const base::Blob& statement) {
  if (!Query(database, "SELECT 1 FROM group_logs WHERE id = ? AND member_tag_hash = ?", group.value, member_tag_hash)
           .next())
    return {.what = Appended::passed};
  const Head head = head_of(database, group);
  const wire::Hash hash = wire::hash(wire::names::group_entry, statement);
  {
    Query query(database, "SELECT position FROM group_entries WHERE log = ? AND position > ? AND hash = ?", group.value,
                head.state_position, hash);
    if (query.next()) return {.what = Appended::repeated, .position = static_cast<GroupPosition>(query.number(0))};
  }
  if (head.statements >= limits::group_statements) return {.what = Appended::too_many};
  if (head.bytes + statement.size() > limits::group_bytes) return {.what = Appended::full};
  const GroupPosition position = head.last + 1;
  add_entry(database, group, position, hash, statement, false);
  Query(database,
        "UPDATE group_logs SET last_position = ?, statements = statements + 1, bytes = bytes + ? WHERE id = ?",
        position, statement.size(), group.value)
      .run();
  return {.what = Appended::done, .position = position};
}

GroupLogPart read_group(Database& database, GroupRow group, GroupPosition after) {
  GroupLogPart part{.entries = {}, .last = head_of(database, group).last};
  Query query(database,
              "SELECT position, is_state, entry FROM group_entries WHERE log = ? AND position > ? ORDER BY position "
              "LIMIT ?",
              group.value, after, limits::group_read_entries);
  std::size_t bytes = 0;
  while (query.next()) {
    bytes += query.bytes(2).size();
    if (bytes > limits::group_read_bytes && !part.entries.empty()) break;
    part.entries.push_back({.position = static_cast<GroupPosition>(query.number(0)),
                            .is_state = query.number(1) != 0,
                            .entry = base::blob(query.bytes(2))});
  }
  return part;
}

}  // namespace sotto::server::tables

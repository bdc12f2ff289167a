#include "store/prekeys.hpp"

namespace sotto::store::prekeys {
namespace {

constexpr std::uint32_t max_id = 0xFFFFFF;

std::optional<base::SecretBlob> record(Transaction& in, std::string_view table, std::uint32_t id) {
  auto row = in.prepare("SELECT record FROM " + std::string(table) + " WHERE id = ?");
  if (!row.bind(id).step()) return std::nullopt;
  return base::SecretBlob(row.blob(0));
}

std::optional<base::Timestamp> newest(Transaction& in, std::string_view from) {
  auto row = in.prepare("SELECT max(created_at) FROM " + std::string(from));
  if (!row.step() || row.is_null(0)) return std::nullopt;
  return base::Timestamp{row.number(0)};
}

}  // namespace

std::uint32_t next_id(Transaction& in, Kind kind) {
  auto row = in.prepare("SELECT next FROM prekey_ids WHERE kind = ?");
  row.bind(static_cast<std::int64_t>(kind));
  const auto id = row.step() ? static_cast<std::uint32_t>(row.number(0)) : 1u;
  in.prepare("INSERT INTO prekey_ids (kind, next) VALUES (?, ?) ON CONFLICT (kind) DO UPDATE SET next = excluded.next")
      .bind(static_cast<std::int64_t>(kind))
      .bind(id == max_id ? 1 : id + 1)
      .run();
  return id;
}

void keep_signed(Transaction& in, std::uint32_t id, base::View record, base::Timestamp now) {
  in.prepare("INSERT OR REPLACE INTO signed_prekeys (id, record, created_at) VALUES (?, ?, ?)")
      .bind(id)
      .bind(record)
      .bind(now.ms)
      .run();
}

void keep_kyber(Transaction& in, std::uint32_t id, base::View record, bool is_last_resort, base::Timestamp now) {
  in.prepare("INSERT OR REPLACE INTO kyber_prekeys (id, record, created_at, is_last_resort) VALUES (?, ?, ?, ?)")
      .bind(id)
      .bind(record)
      .bind(now.ms)
      .bind(is_last_resort ? 1 : 0)
      .run();
}

void keep_one_time(Transaction& in, std::uint32_t id, base::View record) {
  in.prepare("INSERT OR REPLACE INTO one_time_prekeys (id, record) VALUES (?, ?)").bind(id).bind(record).run();
}

std::optional<base::SecretBlob> load_signed(Transaction& in, std::uint32_t id) {
  return record(in, "signed_prekeys", id);
}
std::optional<base::SecretBlob> load_kyber(Transaction& in, std::uint32_t id) {
  return record(in, "kyber_prekeys", id);
}
std::optional<base::SecretBlob> load_one_time(Transaction& in, std::uint32_t id) {
  return record(in, "one_time_prekeys", id);
}

void remove_one_time(Transaction& in, std::uint32_t id) {
  in.prepare("DELETE FROM one_time_prekeys WHERE id = ?").bind(id).run();
}

bool mark_kyber_used(Transaction& in, std::uint32_t kyber_id, std::uint32_t signed_id, base::View base_key) {
  in.prepare("DELETE FROM kyber_prekeys WHERE id = ? AND is_last_resort = 0").bind(kyber_id).run();
  if (in.database().changes() > 0) return true;
  in.prepare("INSERT OR IGNORE INTO last_resort_uses (kyber_id, signed_id, base_key) VALUES (?, ?, ?)")
      .bind(kyber_id)
      .bind(signed_id)
      .bind(base_key)
      .run();
  return in.database().changes() > 0;
}

void keep_upload(Transaction& in, base::View request) {
  in.prepare("INSERT INTO prekey_upload (one, request) VALUES (1, ?)").bind(request).run();
}

std::optional<base::Blob> upload(Transaction& in) {
  auto row = in.prepare("SELECT request FROM prekey_upload");
  if (!row.step()) return std::nullopt;
  return row.blob(0);
}

void forget_upload(Transaction& in) { in.prepare("DELETE FROM prekey_upload").run(); }

void keep_newest_one_time(Transaction& in, std::size_t limit) {
  const auto count = static_cast<std::int64_t>(limit);
  in.prepare("DELETE FROM one_time_prekeys WHERE id NOT IN (SELECT id FROM one_time_prekeys ORDER BY id DESC LIMIT ?)")
      .bind(count)
      .run();
  in.prepare(
        "DELETE FROM kyber_prekeys WHERE is_last_resort = 0 AND id NOT IN "
        "(SELECT id FROM kyber_prekeys WHERE is_last_resort = 0 ORDER BY id DESC LIMIT ?)")
      .bind(count)
      .run();
}

void renew_all(Transaction& in) {
  in.prepare("DELETE FROM prekey_upload").run();
  in.prepare("DELETE FROM prekey_refill").run();
  in.prepare("UPDATE signed_prekeys SET created_at = min(created_at, 1)").run();
  in.prepare("UPDATE kyber_prekeys SET created_at = min(created_at, 1)").run();
  // Ids that the other copy may have given to other keys are not given again.
  in.prepare("UPDATE prekey_ids SET next = (next + 65536) % 16777215 + 1").run();
}

std::optional<Refill> last_refill(Transaction& in) {
  auto row = in.prepare("SELECT at, phase FROM prekey_refill");
  if (!row.step()) return std::nullopt;
  return Refill{.at = {row.number(0)}, .phase_ms = row.number(1)};
}

void keep_refill(Transaction& in, const Refill& refill) {
  in.prepare("INSERT OR REPLACE INTO prekey_refill (one, at, phase) VALUES (1, ?, ?)")
      .bind(refill.at.ms)
      .bind(refill.phase_ms)
      .run();
}

void make_due(Transaction& in, base::Timestamp made) {
  in.prepare("DELETE FROM prekey_refill").run();
  in.prepare("UPDATE signed_prekeys SET created_at = min(created_at, ?)").bind(made.ms).run();
  in.prepare("UPDATE kyber_prekeys SET created_at = min(created_at, ?) WHERE is_last_resort = 1").bind(made.ms).run();
}

Ages ages(Transaction& in) {
  return {.signed_made = newest(in, "signed_prekeys"),
          .last_resort_made = newest(in, "kyber_prekeys WHERE is_last_resort = 1")};
}

void remove_older(Transaction& in, base::Timestamp limit) {
  in.prepare(
        "DELETE FROM signed_prekeys WHERE created_at < ? AND id <> (SELECT id FROM signed_prekeys ORDER BY created_at "
        "DESC LIMIT 1)")
      .bind(limit.ms)
      .run();
  in.prepare(
        "DELETE FROM kyber_prekeys WHERE is_last_resort = 1 AND created_at < ? AND id <> "
        "(SELECT id FROM kyber_prekeys WHERE is_last_resort = 1 ORDER BY created_at DESC LIMIT 1)")
      .bind(limit.ms)
      .run();
  in.prepare("DELETE FROM last_resort_uses WHERE kyber_id NOT IN (SELECT id FROM kyber_prekeys)").run();
}

}  // namespace sotto::store::prekeys

#include "store/permits.hpp"

#include <algorithm>

#include "store/row.hpp"

namespace sotto::store::permits {
namespace {

constexpr const char* row_name = "permit row";

wire::Permit permit_of(const Statement& row) { return sound(base::fixed<16>(row.blob(0)), row_name); }

}  // namespace

ProfileKey profile_key(Transaction& in, base::Random& random) {
  {
    auto row = in.prepare("SELECT profile_key FROM own_account WHERE profile_key IS NOT NULL");
    if (row.step()) return secret<ProfileKey>(row, 0, row_name);
  }
  auto made = ProfileKey::made_by([&](std::span<std::uint8_t, ProfileKey::size> out) { random.fill(out); });
  in.prepare("UPDATE own_account SET profile_key = ?").bind(made.expose()).run();
  return made;
}

bool has_profile_key(Transaction& in) {
  auto row = in.prepare("SELECT 1 FROM own_account WHERE profile_key IS NOT NULL");
  return row.step();
}

void set_profile_key(Transaction& in, const ProfileKey& key) {
  in.prepare("UPDATE own_account SET profile_key = ?, profile_key_count = profile_key_count + 1, permits_put_at = 0")
      .bind(key.expose())
      .run();
}

std::uint64_t profile_key_count(Transaction& in) {
  auto row = in.prepare("SELECT profile_key_count FROM own_account");
  return row.step() ? static_cast<std::uint64_t>(row.number(0)) : 0;
}

void take_profile_key(Transaction& in, const ProfileKey& key, std::uint64_t count) {
  constexpr std::uint64_t longest_leap = 1u << 20;
  const std::uint64_t held_count = profile_key_count(in);
  if (count > held_count + longest_leap) return;
  {
    auto row = in.prepare("SELECT profile_key FROM own_account WHERE profile_key IS NOT NULL");
    if (row.step()) {
      const auto held = secret<ProfileKey>(row, 0, row_name);
      const bool is_later =
          count != held_count ? count > held_count : std::ranges::lexicographical_compare(held.expose(), key.expose());
      if (!is_later) return;
    }
  }
  in.prepare("UPDATE own_account SET profile_key = ?, profile_key_count = ?, permits_put_at = 0")
      .bind(key.expose())
      .bind(static_cast<std::int64_t>(count))
      .run();
}

void keep_spare(Transaction& in, const wire::Permit& permit) {
  in.prepare("INSERT INTO own_permits (permit) VALUES (?)").bind(base::View(permit)).run();
}

std::size_t count_spares(Transaction& in) {
  auto row = in.prepare("SELECT count(*) FROM own_permits WHERE given_to IS NULL AND label IS NULL");
  return row.step() ? static_cast<std::size_t>(row.number(0)) : 0;
}

std::vector<LinkPermit> all(Transaction& in) {
  auto row = in.prepare("SELECT permit, label, last_day FROM own_permits ORDER BY rowid");
  std::vector<LinkPermit> found;
  while (row.step()) {
    LinkPermit one{.permit = permit_of(row)};
    if (!row.is_null(1)) one.label = row.text(1);
    if (!row.is_null(2)) one.last_day = base::Day{static_cast<std::uint32_t>(row.number(2))};
    found.push_back(std::move(one));
  }
  return found;
}

bool has_unregistered(Transaction& in) {
  auto row = in.prepare(
      "SELECT 1 FROM own_permits WHERE is_registered = 0 UNION ALL "
      "SELECT 1 FROM permit_revocations WHERE put_at IS NULL LIMIT 1");
  return row.step();
}

void forget_registered(Transaction& in) {
  in.prepare("UPDATE own_permits SET is_registered = 0").run();
  in.prepare("UPDATE permit_revocations SET put_at = NULL").run();
  in.prepare("UPDATE own_account SET permits_put_at = 0").run();
}

void set_registered(Transaction& in, const std::vector<LinkPermit>& permits, const std::vector<wire::Hash>& revoked,
                    base::Timestamp now) {
  for (const LinkPermit& one : permits)
    in.prepare("UPDATE own_permits SET is_registered = 1 WHERE permit = ?").bind(base::View(one.permit)).run();
  for (const wire::Hash& hash : revoked)
    in.prepare("UPDATE permit_revocations SET put_at = ? WHERE hash = ?").bind(now.ms).bind(base::View(hash)).run();
  // No server keeps a permit for longer, however old the backup.
  in.prepare("DELETE FROM permit_revocations WHERE put_at < ?").bind(now.ms - 400 * base::ms_per_day).run();
  in.prepare("UPDATE own_account SET permits_put_at = ?").bind(now.ms).run();
}

void keep_link(Transaction& in, const LinkPermit& link) {
  auto row = in.prepare("INSERT INTO own_permits (permit, label, last_day) VALUES (?, ?, ?)");
  row.bind(base::View(link.permit)).bind(std::string_view(*link.label));
  if (link.last_day) {
    row.bind(std::int64_t{link.last_day->value});
  } else {
    row.bind_null();
  }
  row.run();
}

bool is_label_taken(Transaction& in, std::string_view label) {
  auto row = in.prepare("SELECT 1 FROM own_permits WHERE label = ?");
  return row.bind(label).step();
}

void remove(Transaction& in, const wire::Permit& permit) {
  in.prepare("DELETE FROM own_permits WHERE permit = ?").bind(base::View(permit)).run();
}

void forget_expired(Transaction& in, base::Day today) {
  in.prepare("DELETE FROM own_permits WHERE last_day < ?").bind(std::int64_t{today.value}).run();
}

void revoke(Transaction& in, const wire::Hash& hash) {
  in.prepare("INSERT OR REPLACE INTO permit_revocations (hash) VALUES (?)").bind(base::View(hash)).run();
}

std::vector<wire::Hash> revocations(Transaction& in) {
  auto row = in.prepare("SELECT hash FROM permit_revocations WHERE put_at IS NULL");
  std::vector<wire::Hash> found;
  while (row.step()) found.push_back(sound(base::fixed<32>(row.blob(0)), row_name));
  return found;
}

base::Timestamp registered_at(Transaction& in) {
  auto row = in.prepare("SELECT permits_put_at FROM own_account");
  return {row.step() ? row.number(0) : 0};
}

std::optional<wire::Permit> held_by(Transaction& in, const wire::AccountId& account) {
  auto row = in.prepare("SELECT permit FROM own_permits WHERE given_to = ?");
  if (!row.bind(account.view()).step()) return std::nullopt;
  return permit_of(row);
}

std::optional<wire::Permit> given_to(Transaction& in, const wire::AccountId& account) {
  if (const auto held = held_by(in, account)) return held;
  std::optional<wire::Permit> spare;
  {
    auto row = in.prepare(
        "SELECT permit FROM own_permits WHERE given_to IS NULL AND label IS NULL AND is_registered = 1 LIMIT 1");
    if (row.step()) spare = permit_of(row);
  }
  if (!spare) return std::nullopt;
  in.prepare("UPDATE own_permits SET given_to = ? WHERE permit = ?")
      .bind(account.view())
      .bind(base::View(*spare))
      .run();
  return spare;
}

}  // namespace sotto::store::permits

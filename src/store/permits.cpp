#include "store/permits.hpp"

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

void set_profile_key(Transaction& in, const ProfileKey& key) {
  in.prepare("UPDATE own_account SET profile_key = ?, permits_put_at = 0").bind(key.expose()).run();
}

void keep_spare(Transaction& in, const wire::Permit& permit) {
  in.prepare("INSERT INTO own_permits (permit) VALUES (?)").bind(base::View(permit)).run();
}

std::size_t count_spares(Transaction& in) {
  auto row = in.prepare("SELECT count(*) FROM own_permits WHERE given_to IS NULL");
  return row.step() ? static_cast<std::size_t>(row.number(0)) : 0;
}

std::vector<wire::Permit> all(Transaction& in) {
  auto row = in.prepare("SELECT permit FROM own_permits");
  std::vector<wire::Permit> found;
  while (row.step()) found.push_back(permit_of(row));
  return found;
}

bool has_unregistered(Transaction& in) {
  auto row = in.prepare("SELECT 1 FROM own_permits WHERE is_registered = 0");
  return row.step();
}

void set_registered(Transaction& in, const std::vector<wire::Permit>& permits, base::Timestamp now) {
  for (const wire::Permit& permit : permits)
    in.prepare("UPDATE own_permits SET is_registered = 1 WHERE permit = ?").bind(base::View(permit)).run();
  in.prepare("UPDATE own_account SET permits_put_at = ?").bind(now.ms).run();
}

base::Timestamp registered_at(Transaction& in) {
  auto row = in.prepare("SELECT permits_put_at FROM own_account");
  return {row.step() ? row.number(0) : 0};
}

std::optional<wire::Permit> given_to(Transaction& in, const wire::AccountId& account) {
  {
    auto row = in.prepare("SELECT permit FROM own_permits WHERE given_to = ?");
    if (row.bind(account.view()).step()) return permit_of(row);
  }
  std::optional<wire::Permit> spare;
  {
    auto row = in.prepare("SELECT permit FROM own_permits WHERE given_to IS NULL AND is_registered = 1 LIMIT 1");
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

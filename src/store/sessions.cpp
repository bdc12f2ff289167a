#include "store/sessions.hpp"

#include "store/row.hpp"

namespace sotto::store::sessions {

std::optional<base::SecretBlob> load(Transaction& in, const wire::AccountId& account, wire::DeviceNumber device) {
  auto row = in.prepare("SELECT record FROM sessions WHERE account_id = ? AND device = ?");
  if (!row.bind(account.view()).bind(device.value).step()) return std::nullopt;
  return base::SecretBlob(row.blob(0));
}

void keep(Transaction& in, const wire::AccountId& account, wire::DeviceNumber device, base::View record) {
  in.prepare(
        "INSERT INTO sessions (account_id, device, record) VALUES (?, ?, ?) "
        "ON CONFLICT (account_id, device) DO UPDATE SET record = excluded.record")
      .bind(account.view())
      .bind(device.value)
      .bind(record)
      .run();
}

void note_chain(Transaction& in, const Key& key, base::View chain, base::Timestamp now) {
  in.prepare("UPDATE sessions SET chain = ?, chain_since = ? WHERE account_id = ? AND device = ? AND chain IS NOT ?")
      .bind(chain)
      .bind(now.ms)
      .bind(key.account.view())
      .bind(key.device.value)
      .bind(chain)
      .run();
}

std::optional<base::Timestamp> chain_since(Transaction& in, const Key& key, base::View chain) {
  auto row = in.prepare("SELECT chain_since FROM sessions WHERE account_id = ? AND device = ? AND chain = ?");
  if (!row.bind(key.account.view()).bind(key.device.value).bind(chain).step()) return std::nullopt;
  return base::Timestamp{row.number(0)};
}

void burn_chain(Transaction& in, const Key& key, base::View chain) {
  in.prepare("INSERT OR IGNORE INTO burnt_chains (account_id, device, chain) VALUES (?, ?, ?)")
      .bind(key.account.view())
      .bind(key.device.value)
      .bind(chain)
      .run();
}

bool is_burnt(Transaction& in, const Key& key, base::View chain) {
  auto row = in.prepare("SELECT 1 FROM burnt_chains WHERE account_id = ? AND device = ? AND chain = ?");
  return row.bind(key.account.view()).bind(key.device.value).bind(chain).step();
}

void remove(Transaction& in, const wire::AccountId& account, wire::DeviceNumber device) {
  for (const char* table :
       {"sessions WHERE account_id", "burnt_chains WHERE account_id", "sequences_out WHERE account"}) {
    in.prepare("DELETE FROM " + std::string(table) + " = ? AND device = ?")
        .bind(account.view())
        .bind(device.value)
        .run();
  }
}

bool may_again(Transaction& in, Act act, const Key& key, base::Timestamp now, std::int64_t pause_ms) {
  const auto number = static_cast<std::int64_t>(act);
  {
    auto row = in.prepare("SELECT at FROM last_acts WHERE act = ? AND account = ? AND device = ?");
    const bool is_known = row.bind(number).bind(key.account.view()).bind(key.device.value).step();
    // A clock that went back must not close it for long.
    if (is_known && row.number(0) <= now.ms && row.number(0) > now.ms - pause_ms) return false;
  }
  in.prepare("INSERT OR REPLACE INTO last_acts (act, account, device, at) VALUES (?, ?, ?, ?)")
      .bind(number)
      .bind(key.account.view())
      .bind(key.device.value)
      .bind(now.ms)
      .run();
  return true;
}

std::vector<Key> all(Transaction& in) {
  auto row = in.prepare("SELECT account_id, device FROM sessions");
  std::vector<Key> found;
  while (row.step()) {
    found.push_back({.account = sound(wire::AccountId::from(row.blob(0)), "session row"),
                     .device = wire::DeviceNumber(static_cast<std::uint8_t>(row.number(1)))});
  }
  return found;
}

std::optional<wire::Order> their_view(Transaction& in, const wire::AccountId& account, wire::DeviceNumber device) {
  auto row = in.prepare(
      "SELECT their_links, their_epoch, their_version FROM sessions WHERE account_id = ? AND device = ? "
      "AND their_epoch IS NOT NULL");
  if (!row.bind(account.view()).bind(device.value).step()) return std::nullopt;
  return wire::Order{.links = static_cast<std::uint32_t>(row.number(0)),
                     .epoch = static_cast<std::uint32_t>(row.number(1)),
                     .version = static_cast<std::uint32_t>(row.number(2))};
}

void keep_their_view(Transaction& in, const wire::AccountId& account, wire::DeviceNumber device,
                     const wire::Order& view) {
  in.prepare(
        "UPDATE sessions SET their_links = ?, their_epoch = ?, their_version = ? WHERE account_id = ? AND device = ?")
      .bind(view.links)
      .bind(view.epoch)
      .bind(view.version)
      .bind(account.view())
      .bind(device.value)
      .run();
}

}  // namespace sotto::store::sessions

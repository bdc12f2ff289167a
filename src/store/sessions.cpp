#include "store/sessions.hpp"

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

std::uint64_t first_seq(Transaction& in, const wire::AccountId& account, wire::DeviceNumber device, std::uint64_t seq) {
  in.prepare("UPDATE sessions SET first_seq = coalesce(first_seq, ?) WHERE account_id = ? AND device = ?")
      .bind(static_cast<std::int64_t>(seq))
      .bind(account.view())
      .bind(device.value)
      .run();
  auto row = in.prepare("SELECT first_seq FROM sessions WHERE account_id = ? AND device = ?");
  return row.bind(account.view()).bind(device.value).step() ? static_cast<std::uint64_t>(row.number(0)) : seq;
}

void forget_first_seq(Transaction& in, const wire::AccountId& account, wire::DeviceNumber device) {
  in.prepare("UPDATE sessions SET first_seq = NULL WHERE account_id = ? AND device = ?")
      .bind(account.view())
      .bind(device.value)
      .run();
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

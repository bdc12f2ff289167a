#include "store/peers.hpp"

#include "store/row.hpp"

namespace sotto::store {
namespace {

constexpr const char* row_name = "row of a contact's statements";

PeerDevice device_of(const Statement& row) {
  return {.account_id = sound(wire::AccountId::from(row.blob(0)), row_name),
          .number = wire::DeviceNumber(static_cast<std::uint8_t>(row.number(1))),
          .identity_key = sound(crypto::PublicKey::parse(row.blob(2)), row_name),
          .registration_id = wire::RegistrationId(static_cast<std::uint16_t>(row.number(3))),
          .mailbox_id = sound(wire::MailboxId::from(row.blob(4)), row_name)};
}

}  // namespace

namespace peers {

std::optional<Peer> load(Transaction& in, const wire::AccountId& account) {
  auto row = in.prepare("SELECT introduction FROM peers WHERE account_id = ?");
  if (!row.bind(account.view()).step()) return std::nullopt;
  const auto introduction = sound(wire::Introduction::parse(row.blob(0)), row_name);
  Peer peer{.held = sound(wire::rules::parse(introduction), row_name), .devices = {}};
  auto device = in.prepare(
      "SELECT account_id, number, identity_key, registration_id, mailbox_id FROM peer_devices WHERE account_id = ? "
      "ORDER BY number");
  device.bind(account.view());
  while (device.step()) peer.devices.push_back(device_of(device));
  return peer;
}

std::optional<wire::Introduction> introduction(Transaction& in, const wire::AccountId& account) {
  auto row = in.prepare("SELECT introduction FROM peers WHERE account_id = ?");
  if (!row.bind(account.view()).step()) return std::nullopt;
  return sound(wire::Introduction::parse(row.blob(0)), row_name);
}

void keep(Transaction& in, const wire::Introduction& introduction, const wire::CheckedIntroduction& checked) {
  const wire::DeviceList& list = checked.list;
  in.prepare("DELETE FROM peers WHERE account_id = ?").bind(list.account_id.view()).run();
  in.prepare(
        "INSERT INTO peers (account_id, introduction, links, epoch, version, first_root, home_server) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)")
      .bind(list.account_id.view())
      .bind(base::View(introduction.serialize()))
      .bind(list.order.links)
      .bind(list.order.epoch)
      .bind(list.order.version)
      .bind(base::View(checked.certificate.first_root.serialize()))
      .bind(list.home_server)
      .run();
  for (const wire::Device& device : list.devices) {
    in.prepare(
          "INSERT INTO peer_devices (account_id, number, identity_key, registration_id, mailbox_id) "
          "VALUES (?, ?, ?, ?, ?)")
        .bind(list.account_id.view())
        .bind(device.number.value)
        .bind(base::View(device.identity_key.serialize()))
        .bind(device.registration_id.value)
        .bind(device.mailbox_id.view())
        .run();
  }
}

void keep_earlier_key(Transaction& in, const wire::AccountId& account, const crypto::PublicKey& key,
                      base::Timestamp until) {
  in.prepare("INSERT OR REPLACE INTO earlier_keys (account_id, account_key, until) VALUES (?, ?, ?)")
      .bind(account.view())
      .bind(base::View(key.serialize()))
      .bind(until.ms)
      .run();
}

std::vector<crypto::PublicKey> earlier_keys(Transaction& in, const wire::AccountId& account, base::Timestamp now) {
  auto row = in.prepare("SELECT account_key FROM earlier_keys WHERE account_id = ? AND until > ?");
  row.bind(account.view()).bind(now.ms);
  std::vector<crypto::PublicKey> found;
  while (row.step()) found.push_back(sound(crypto::PublicKey::parse(row.blob(0)), row_name));
  return found;
}

void keep_fork(Transaction& in, const wire::AccountId& account, const Fork& fork) {
  const auto parsed = sound(wire::rules::parse(fork.other), row_name);
  const auto held = sound(wire::rules::parse(fork.held), row_name);
  in.prepare(
        "INSERT OR IGNORE INTO forks (account_id, held, other, at, epoch, other_hash, held_hash) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)")
      .bind(account.view())
      .bind(base::View(fork.held.serialize()))
      .bind(base::View(fork.other.serialize()))
      .bind(fork.at.ms)
      .bind(parsed.list.order.epoch)
      .bind(base::View(parsed.list_hash))
      .bind(base::View(held.list_hash))
      .run();
}

bool heal_fork(Transaction& in, const wire::AccountId& account, const wire::Hash& one, const wire::Hash& other) {
  in.prepare(
        "UPDATE forks SET is_healed = 1 WHERE account_id = ?1 AND is_healed = 0 AND "
        "((held_hash = ?2 AND other_hash = ?3) OR (held_hash = ?3 AND other_hash = ?2))")
      .bind(account.view())
      .bind(base::View(one))
      .bind(base::View(other))
      .run();
  return in.database().changes() > 0;
}

namespace {

std::vector<Fork> forks_of(Statement row) {
  std::vector<Fork> found;
  while (row.step()) {
    found.push_back({.held = sound(wire::Introduction::parse(row.blob(0)), row_name),
                     .other = sound(wire::Introduction::parse(row.blob(1)), row_name),
                     .at = {row.number(2)}});
  }
  return found;
}

}  // namespace

std::vector<Fork> standing_forks(Transaction& in, const wire::AccountId& account) {
  auto row = in.prepare(
      "SELECT held, other, at FROM forks WHERE account_id = ?1 AND is_healed = 0 AND epoch >= "
      "coalesce((SELECT epoch FROM peers WHERE account_id = ?1), 0) ORDER BY at");
  row.bind(account.view());
  return forks_of(std::move(row));
}

std::vector<Fork> forks(Transaction& in, const wire::AccountId& account) {
  auto row = in.prepare("SELECT held, other, at FROM forks WHERE account_id = ? ORDER BY at");
  row.bind(account.view());
  return forks_of(std::move(row));
}

void keep_claim(Transaction& in, const wire::AccountId& account, const ListClaim& claim) {
  in.prepare(
        "INSERT INTO list_claims (account_id, device, links, epoch, version) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (account_id) DO UPDATE SET device = excluded.device, links = excluded.links, "
        "epoch = excluded.epoch, version = excluded.version, is_ignored = 0 "
        "WHERE (excluded.links, excluded.epoch, excluded.version) > (links, epoch, version)")
      .bind(account.view())
      .bind(claim.device.value)
      .bind(claim.order.links)
      .bind(claim.order.epoch)
      .bind(claim.order.version)
      .run();
}

std::optional<ListClaim> standing_claim(Transaction& in, const wire::AccountId& account) {
  auto row = in.prepare(
      "SELECT c.device, c.links, c.epoch, c.version, c.is_ignored FROM list_claims c JOIN peers p USING (account_id) "
      "JOIN peer_devices d ON d.account_id = c.account_id AND d.number = c.device "
      "WHERE c.account_id = ? AND (c.links, c.epoch, c.version) > (p.links, p.epoch, p.version)");
  if (!row.bind(account.view()).step()) return std::nullopt;
  return ListClaim{.device = wire::DeviceNumber(static_cast<std::uint8_t>(row.number(0))),
                   .order = {.links = static_cast<std::uint32_t>(row.number(1)),
                             .epoch = static_cast<std::uint32_t>(row.number(2)),
                             .version = static_cast<std::uint32_t>(row.number(3))},
                   .is_ignored = row.number(4) != 0};
}

void ignore_claim(Transaction& in, const wire::AccountId& account) {
  in.prepare("UPDATE list_claims SET is_ignored = 1 WHERE account_id = ?").bind(account.view()).run();
}

std::optional<PeerDevice> device_of_key(Transaction& in, const crypto::PublicKey& identity_key) {
  auto row = in.prepare(
      "SELECT account_id, number, identity_key, registration_id, mailbox_id FROM peer_devices WHERE identity_key = ?");
  if (!row.bind(base::View(identity_key.serialize())).step()) return std::nullopt;
  return device_of(row);
}

}  // namespace peers
}  // namespace sotto::store

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

std::optional<PeerDevice> device_of_key(Transaction& in, const crypto::PublicKey& identity_key) {
  auto row = in.prepare(
      "SELECT account_id, number, identity_key, registration_id, mailbox_id FROM peer_devices WHERE identity_key = ?");
  if (!row.bind(base::View(identity_key.serialize())).step()) return std::nullopt;
  return device_of(row);
}

}  // namespace peers
}  // namespace sotto::store

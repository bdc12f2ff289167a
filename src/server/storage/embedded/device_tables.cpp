#include "server/storage/embedded/device_tables.hpp"

namespace sotto::server::tables {

namespace {

#define DEVICE_WHERE(column)                                                                                        \
  "SELECT d.id, d.account, a.account_id, d.number, d.registration_id, d.mailbox_id, d.identity_key FROM devices d " \
  "JOIN "                                                                                                           \
  "accounts a ON a.id = d.account WHERE d." column " = ?"

std::optional<KnownDevice> read_device(Query& query) {
  if (!query.next()) return std::nullopt;
  const auto identity_key = crypto::PublicKey::parse(query.bytes(6));
  if (!identity_key) throw SqlError{.code = SQLITE_CORRUPT, .message = "an identity key is not one"};
  return KnownDevice{.row = device_row(query.number(0)),
                     .account_row = account_row(query.number(1)),
                     .account = intact(wire::AccountId::from(query.bytes(2))),
                     .number = wire::DeviceNumber(static_cast<std::uint8_t>(query.number(3))),
                     .registration_id = wire::RegistrationId(static_cast<std::uint16_t>(query.number(4))),
                     .mailbox = intact(wire::MailboxId::from(query.bytes(5))),
                     .identity_key = *identity_key};
}

}  // namespace

std::optional<KnownDevice> device_with_token(Database& database, const base::Bytes<32>& token_hash) {
  Query query(database, DEVICE_WHERE("token_hash"), token_hash);
  return read_device(query);
}

std::optional<KnownDevice> device_with_mailbox(Database& database, const wire::MailboxId& mailbox) {
  Query query(database, DEVICE_WHERE("mailbox_id"), mailbox.view());
  return read_device(query);
}

std::optional<KnownDevice> device_at(Database& database, DeviceRow row) {
  Query query(database, DEVICE_WHERE("id"), row.value);
  return read_device(query);
}

std::vector<KnownDevice> devices_of_account(Database& database, AccountRow account) {
  Query query(database, DEVICE_WHERE("account"), account.value);
  std::vector<KnownDevice> devices;
  while (auto device = read_device(query)) devices.push_back(*std::move(device));
  return devices;
}
#undef DEVICE_WHERE

std::vector<Target> targets_of(Database& database, AccountRow account) {
  Query query(database, "SELECT id, mailbox_id, number, registration_id FROM devices WHERE account = ? ORDER BY number",
              account.value);
  std::vector<Target> targets;
  while (query.next()) {
    targets.push_back({.row = device_row(query.number(0)),
                       .mailbox = intact(wire::MailboxId::from(query.bytes(1))),
                       .number = wire::DeviceNumber(static_cast<std::uint8_t>(query.number(2))),
                       .registration_id = wire::RegistrationId(static_cast<std::uint16_t>(query.number(3)))});
  }
  return targets;
}

DeviceStatus status(Database& database, DeviceRow device) {
  Query query(database,
              "SELECT (SELECT count(*) FROM envelopes WHERE device = d.id), d.one_time, d.one_time_kyber, "
              "a.is_discoverable, a.takes_knocks, coalesce(a.deletion_day, 0), coalesce(d.clone_alarm_day, 0), "
              "d.generation, d.tick FROM devices d JOIN accounts a ON a.id = d.account WHERE d.id = ?",
              device.value);
  if (!query.next()) return {};
  DeviceStatus status{.queued = static_cast<std::uint64_t>(query.number(0)),
                      .one_time = static_cast<std::uint32_t>(query.number(1)),
                      .one_time_kyber = static_cast<std::uint32_t>(query.number(2)),
                      .is_discoverable = query.number(3) != 0,
                      .takes_knocks = query.number(4) != 0,
                      .deletion = {static_cast<std::uint32_t>(query.number(5))},
                      .clone_alarm = {static_cast<std::uint32_t>(query.number(6))},
                      .generation = {.number = static_cast<std::uint64_t>(query.number(7))}};
  if (!query.is_null(8)) status.generation.tick = intact(base::fixed<16>(query.bytes(8)));
  return status;
}

void touch(Database& database, DeviceRow device, base::Day day) {
  Query(database, "UPDATE devices SET last_day = ?2 WHERE id = ?1 AND last_day < ?2", device.value, day.value).run();
}

}  // namespace sotto::server::tables

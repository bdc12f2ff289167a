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
              "SELECT (SELECT count(*) FROM envelopes WHERE device = d.id), one_time, one_time_kyber FROM devices d "
              "WHERE id = ?",
              device.value);
  if (!query.next()) return {};
  return {.queued = static_cast<std::uint64_t>(query.number(0)),
          .one_time = static_cast<std::uint32_t>(query.number(1)),
          .one_time_kyber = static_cast<std::uint32_t>(query.number(2))};
}

void touch(Database& database, DeviceRow device, base::Day day) {
  Query(database, "UPDATE devices SET last_day = ?2 WHERE id = ?1 AND last_day < ?2", device.value, day.value).run();
}

}  // namespace sotto::server::tables

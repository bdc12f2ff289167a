#include "server/storage/accounts.hpp"

#include "server/storage/prekeys.hpp"

namespace sotto::server::tables {
namespace {

bool is_there(Database& database, std::string_view sql, base::View value) { return Query(database, sql, value).next(); }

std::optional<KnownAccount> read_account(Query& query) {
  if (!query.next()) return std::nullopt;
  return KnownAccount{.id = intact(wire::AccountId::from(query.bytes(0))), .introduction = base::blob(query.bytes(1))};
}

}  // namespace

Registered register_account(Database& database, const NewAccount& account) {
  if (is_registered_by(database, account.request_hash)) return Registered::repeated;
  // In the order of statements.md, "The server checks".
  const auto hashes = key_hashes(account.identity_key, account.prekeys);
  if (has_any_key(database, hashes)) return Registered::key_known;
  if (is_there(database, "SELECT 1 FROM devices WHERE mailbox_id = ?", account.mailbox.view()))
    return Registered::challenge_used;
  if (is_there(database, "SELECT 1 FROM devices WHERE token_hash = ?", account.token_hash))
    return Registered::key_known;
  if (is_there(database, "SELECT 1 FROM accounts WHERE account_id = ?", account.id.view()))
    return Registered::account_exists;
  if (Query(database, "SELECT 1 FROM accounts WHERE user_name = ?", account.user_name).next())
    return Registered::name_taken;

  Query(database,
        "INSERT INTO accounts (account_id, user_name, introduction, backup_statement, request_hash) VALUES (?, ?, ?, "
        "?, ?)",
        account.id.view(), account.user_name, account.introduction, account.backup_statement, account.request_hash)
      .run();
  const auto account_row = database.last_id();
  Query(database,
        "INSERT INTO devices (account, number, registration_id, mailbox_id, identity_key, token_hash, signed_prekey, "
        "last_resort, last_day) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        account_row, account.number.value, account.registration_id.value, account.mailbox.view(),
        account.identity_key.serialize(), account.token_hash, wire::serialize(*account.prekeys.signed_prekey),
        wire::serialize(*account.prekeys.last_resort), account.day.value)
      .run();
  const DeviceRow device = device_row(database.last_id());
  add_one_time_prekeys(database, device, account.prekeys);
  keep_keys(database, device, hashes);
  return Registered::done;
}

bool is_registered_by(Database& database, const base::Bytes<32>& request_hash) {
  return is_there(database, "SELECT 1 FROM accounts WHERE request_hash = ?", request_hash);
}

std::optional<KnownAccount> account(Database& database, const wire::AccountId& id) {
  Query query(database, "SELECT account_id, introduction FROM accounts WHERE account_id = ?", id.view());
  return read_account(query);
}

std::optional<KnownAccount> account_named(Database& database, const std::string& user_name) {
  Query query(database, "SELECT account_id, introduction FROM accounts WHERE user_name = ?", user_name);
  return read_account(query);
}

std::optional<KnownDevice> device_with_token(Database& database, const base::Bytes<32>& token_hash) {
  Query query(
      database,
      "SELECT d.id, a.account_id, d.number, d.registration_id, d.mailbox_id, d.identity_key FROM devices d JOIN "
      "accounts a ON a.id = d.account WHERE d.token_hash = ?",
      token_hash);
  if (!query.next()) return std::nullopt;
  const auto identity_key = crypto::PublicKey::parse(query.bytes(5));
  if (!identity_key) throw SqlError{.code = SQLITE_CORRUPT, .message = "an identity key is not one"};
  return KnownDevice{.row = device_row(query.number(0)),
                     .account = intact(wire::AccountId::from(query.bytes(1))),
                     .number = wire::DeviceNumber(static_cast<std::uint8_t>(query.number(2))),
                     .registration_id = wire::RegistrationId(static_cast<std::uint16_t>(query.number(3))),
                     .mailbox = intact(wire::MailboxId::from(query.bytes(4))),
                     .identity_key = *identity_key};
}

DeviceStatus status(Database& database, DeviceRow device) {
  Query query(
      database,
      "SELECT queued, (SELECT count(*) FROM one_time_prekeys WHERE device = d.id AND kind = 0), (SELECT count(*) "
      "FROM one_time_prekeys WHERE device = d.id AND kind = 1) FROM devices d WHERE id = ?",
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

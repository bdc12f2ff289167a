#include "server/storage/embedded/account_tables.hpp"

#include "server/storage/embedded/device_tables.hpp"
#include "server/storage/embedded/invite_tables.hpp"
#include "server/storage/embedded/prekey_tables.hpp"
#include "server/storage/embedded/tokens/waiting_tables.hpp"

namespace sotto::server::tables {
namespace {

bool is_there(Database& database, std::string_view sql, base::View value) { return Query(database, sql, value).next(); }

std::optional<KnownAccount> read_account(Query& query) {
  if (!query.next()) return std::nullopt;
  return KnownAccount{.row = account_row(query.number(2)),
                      .id = intact(wire::AccountId::from(query.bytes(0))),
                      .introduction = base::blob(query.bytes(1)),
                      .takes_knocks = query.number(3) != 0};
}

}  // namespace

Registered register_account(Database& database, const NewAccount& account) {
  if (is_registered_by(database, account.request_hash)) return Registered::repeated;
  // In the order of statements.md, "The server checks".
  const auto hashes = key_hashes(account.identity_key, account.prekeys);
  if (has_any_key(database, hashes)) return Registered::key_known;
  if (is_there(database, "SELECT 1 FROM devices WHERE mailbox_id = ?", account.mailbox.view()))
    return Registered::challenge_used;
  if (is_token_known(database, account.token_hash)) return Registered::key_known;
  if (is_there(database, "SELECT 1 FROM accounts WHERE account_id = ?", account.id.view()))
    return Registered::account_exists;
  if (Query(database, "SELECT 1 FROM accounts WHERE user_name = ?", account.user_name).next())
    return Registered::name_taken;
  if (account.invite && !use_invite(database, *account.invite, account.day)) return Registered::not_invited;

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
  Query(database, "INSERT INTO given_numbers (account, number, identity_key) VALUES (?, ?, ?)", account_row,
        account.number.value, account.identity_key.serialize())
      .run();
  return Registered::done;
}

bool is_registered_by(Database& database, const base::Bytes<32>& request_hash) {
  return is_there(database, "SELECT 1 FROM accounts WHERE request_hash = ?", request_hash);
}

std::optional<KnownAccount> account_with_id(Database& database, const wire::AccountId& id) {
  Query query(database, "SELECT account_id, introduction, id, takes_knocks FROM accounts WHERE account_id = ?",
              id.view());
  return read_account(query);
}

std::optional<KnownAccount> account_at(Database& database, AccountRow row) {
  Query query(database, "SELECT account_id, introduction, id, takes_knocks FROM accounts WHERE id = ?", row.value);
  return read_account(query);
}

std::optional<KnownAccount> account_named(Database& database, const std::string& user_name) {
  Query query(database,
              "SELECT account_id, introduction, id, takes_knocks FROM accounts WHERE user_name = ? AND is_discoverable",
              user_name);
  return read_account(query);
}

void set_account(Database& database, AccountRow account, const AccountSettings& settings) {
  Query(database, "UPDATE accounts SET is_discoverable = ?, takes_knocks = ? WHERE id = ?",
        settings.is_discoverable ? 1 : 0, settings.takes_knocks ? 1 : 0, account.value)
      .run();
}

}  // namespace sotto::server::tables

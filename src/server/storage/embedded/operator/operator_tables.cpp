#include "server/storage/embedded/operator/operator_tables.hpp"

#include "server/storage/embedded/account_tables.hpp"
#include "server/storage/embedded/acts/removal.hpp"
#include "server/storage/embedded/blobs/blob_tables.hpp"
#include "server/storage/embedded/device_tables.hpp"

namespace sotto::server::tables {
namespace {

base::Day day(const Query& query, int column) { return {static_cast<std::uint32_t>(query.number(column))}; }

std::optional<base::Bytes<32>> optional_hash(const Query& query, int column) {
  if (query.is_null(column)) return std::nullopt;
  return intact(base::fixed<32>(query.bytes(column)));
}

std::uint32_t count_of(Database& database, std::string_view sql, DeviceRow device) {
  Query query(database, sql, device.value);
  return query.next() ? static_cast<std::uint32_t>(query.number(0)) : 0;
}

std::vector<Disclosure::Envelope> envelopes_of(Database& database, DeviceRow device) {
  Query query(database, "SELECT id, class, day, size FROM envelopes WHERE device = ? ORDER BY id", device.value);
  std::vector<Disclosure::Envelope> envelopes;
  while (query.next()) {
    envelopes.push_back({.position = static_cast<std::uint64_t>(query.number(0)),
                         .permit_class = static_cast<PermitClass>(query.number(1)),
                         .day = day(query, 2),
                         .size = static_cast<std::uint64_t>(query.number(3))});
  }
  return envelopes;
}

Disclosure::Device disclose_device(Database& database, const KnownDevice& device) {
  Disclosure::Device disclosed{
      .device = device,
      .token_hash = {},
      .next_token_hash = std::nullopt,
      .receive_token_hash = std::nullopt,
      .old_tokens = count_of(database, "SELECT count(*) FROM old_tokens WHERE device = ?", device.row),
      .last_contact = {},
      .status = status(database, device.row),
      .signed_prekey = {},
      .last_resort = {},
      .upload_hash = std::nullopt,
      .taken = {},
      .taken_day = {},
      .known_keys = count_of(database, "SELECT count(*) FROM directory_keys WHERE device = ?", device.row),
      .envelopes = envelopes_of(database, device.row)};
  Query query(
      database,
      "SELECT token_hash, next_token_hash, receive_token_hash, last_day, signed_prekey, last_resort, upload_hash, "
      "taken_day, taken_contact, taken_link, taken_group, taken_knock, taken_own FROM devices WHERE id = ?",
      device.row.value);
  if (query.next()) {
    disclosed.token_hash = intact(base::fixed<32>(query.bytes(0)));
    disclosed.next_token_hash = optional_hash(query, 1);
    disclosed.receive_token_hash = optional_hash(query, 2);
    disclosed.last_contact = day(query, 3);
    disclosed.signed_prekey = base::blob(query.bytes(4));
    disclosed.last_resort = base::blob(query.bytes(5));
    disclosed.upload_hash = optional_hash(query, 6);
    disclosed.taken_day = day(query, 7);
    for (int column = 8; column <= 12; ++column)
      disclosed.taken.push_back(static_cast<std::uint32_t>(query.number(column)));
  }
  return disclosed;
}

std::vector<Disclosure::Waiting> waiting_of(Database& database, AccountRow account) {
  Query query(database,
              "SELECT mailbox_id, identity_key, registration_id, token_hash, request_hash, prekeys, day FROM "
              "waiting_devices WHERE account = ?",
              account.value);
  std::vector<Disclosure::Waiting> waiting;
  while (query.next()) {
    const auto key = crypto::PublicKey::parse(query.bytes(1));
    if (!key) throw SqlError{.code = SQLITE_CORRUPT, .message = "an identity key is not one"};
    waiting.push_back({.mailbox = intact(wire::MailboxId::from(query.bytes(0))),
                       .identity_key = *key,
                       .registration_id = wire::RegistrationId(static_cast<std::uint16_t>(query.number(2))),
                       .token_hash = intact(base::fixed<32>(query.bytes(3))),
                       .request_hash = intact(base::fixed<32>(query.bytes(4))),
                       .prekeys = base::blob(query.bytes(5)),
                       .day = day(query, 6)});
  }
  return waiting;
}

std::vector<Disclosure::GivenNumber> numbers_of(Database& database, AccountRow account) {
  Query query(database, "SELECT number, identity_key FROM given_numbers WHERE account = ? ORDER BY number",
              account.value);
  std::vector<Disclosure::GivenNumber> numbers;
  while (query.next())
    numbers.push_back(
        {.number = static_cast<std::uint8_t>(query.number(0)), .identity_key = base::blob(query.bytes(1))});
  return numbers;
}

std::vector<Permit> permits_of(Database& database, AccountRow account) {
  Query query(database, "SELECT hash, class, last_day FROM permits WHERE account = ? ORDER BY id", account.value);
  std::vector<Permit> permits;
  while (query.next()) {
    permits.push_back({.hash = intact(base::fixed<32>(query.bytes(0))),
                       .permit_class = static_cast<PermitClass>(query.number(1)),
                       .last_day = day(query, 2)});
  }
  return permits;
}

/// The account's own row; its devices and the rest follow.
Disclosure own_row(Database& database, const KnownAccount& account) {
  Disclosure disclosed{.account = account.id,
                       .user_name = std::nullopt,
                       .introduction = account.introduction,
                       .backup_statement = {},
                       .registration_hash = {},
                       .settings = {},
                       .deletion = {},
                       .devices = {},
                       .waiting = {},
                       .numbers = {},
                       .permits = {},
                       .backups = {}};
  Query query(database,
              "SELECT user_name, backup_statement, request_hash, is_discoverable, takes_knocks, coalesce(deletion_day, "
              "0), backup_counter FROM accounts WHERE id = ?",
              account.row.value);
  if (!query.next()) return disclosed;
  if (!query.is_null(0)) disclosed.user_name = base::text(query.bytes(0));
  disclosed.backup_statement = base::blob(query.bytes(1));
  disclosed.registration_hash = intact(base::fixed<32>(query.bytes(2)));
  disclosed.settings = {.is_discoverable = query.number(3) != 0, .takes_knocks = query.number(4) != 0};
  disclosed.deletion = day(query, 5);
  disclosed.backup_counter = static_cast<std::uint64_t>(query.number(6));
  return disclosed;
}

std::uint64_t number(Database& database, std::string_view sql) {
  Query query(database, sql);
  return query.next() ? static_cast<std::uint64_t>(query.number(0)) : 0;
}

}  // namespace

std::optional<Disclosure> disclose(Database& database, const wire::AccountId& account) {
  const auto found = account_with_id(database, account);
  if (!found) return std::nullopt;
  Disclosure disclosed = own_row(database, *found);
  for (const KnownDevice& device : devices_of_account(database, found->row))
    disclosed.devices.push_back(disclose_device(database, device));
  disclosed.waiting = waiting_of(database, found->row);
  disclosed.numbers = numbers_of(database, found->row);
  disclosed.permits = permits_of(database, found->row);
  if (auto backups = backups_of(database, account)) disclosed.backups = std::move(backups->archives);
  return disclosed;
}

StorageStats stats(Database& database) {
  return {.accounts = number(database, "SELECT count(*) FROM accounts"),
          .devices = number(database, "SELECT count(*) FROM devices"),
          .waiting_devices = number(database, "SELECT count(*) FROM waiting_devices"),
          .permits = number(database, "SELECT count(*) FROM permits"),
          .invites = number(database, "SELECT count(*) FROM invites"),
          .envelopes = number(database, "SELECT count(*) FROM envelopes"),
          .envelope_bytes = number(database, "SELECT coalesce(sum(size), 0) FROM envelopes"),
          .one_time_prekeys = number(database, "SELECT count(*) FROM one_time_prekeys"),
          .blobs = number(database, "SELECT count(*) FROM blobs"),
          .blob_bytes = number(database, "SELECT coalesce(sum(size), 0) FROM blobs"),
          .backups = number(database, "SELECT count(*) FROM backups"),
          .group_logs = number(database, "SELECT count(*) FROM group_logs"),
          .group_bytes = number(database, "SELECT coalesce(sum(bytes), 0) FROM group_logs"),
          .file_bytes = number(database, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")};
}

std::vector<AccountSummary> summaries(Database& database, std::size_t skip, std::size_t max) {
  Query query(
      database,
      "SELECT a.account_id, a.user_name, count(d.id), coalesce(max(d.last_day), 0), coalesce(a.deletion_day, 0) "
      "FROM accounts a LEFT JOIN devices d ON d.account = a.id GROUP BY a.id ORDER BY a.id LIMIT ? OFFSET ?",
      max, skip);
  std::vector<AccountSummary> found;
  while (query.next()) {
    found.push_back({.id = intact(wire::AccountId::from(query.bytes(0))),
                     .user_name = query.is_null(1) ? std::nullopt : std::optional(base::text(query.bytes(1))),
                     .devices = static_cast<std::uint32_t>(query.number(2)),
                     .last_contact = day(query, 3),
                     .deletion = day(query, 4)});
  }
  return found;
}

std::optional<std::vector<DeviceRow>> remove_by_operator(Database& database, QueueCounts& counts,
                                                         const wire::AccountId& account, base::Day today) {
  const auto found = account_with_id(database, account);
  if (!found) return std::nullopt;
  return remove_account(database, counts, found->row, today);
}

}  // namespace sotto::server::tables

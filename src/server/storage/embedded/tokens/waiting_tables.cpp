#include "server/storage/embedded/tokens/waiting_tables.hpp"

#include "server/limits.hpp"
#include "server/storage/embedded/acts/act_tables.hpp"
#include "server/storage/embedded/device_tables.hpp"
#include "server/storage/embedded/prekey_tables.hpp"

namespace sotto::server::tables {
namespace {

bool is_known_elsewhere(Database& database, const WaitingDevice& device) {
  const auto prekeys = wire::PrekeyUpload::parse(device.prekeys);
  if (!prekeys) throw SqlError{.code = SQLITE_CORRUPT, .message = "kept prekeys are none"};
  return has_any_key(database, key_hashes(device.identity_key, *prekeys)) ||
         is_token_known(database, device.token_hash);
}

}  // namespace

bool is_token_known(Database& database, const base::Bytes<32>& token_hash) {
  return Query(database, "SELECT 1 FROM devices WHERE token_hash = ?", token_hash).next() ||
         Query(database, "SELECT 1 FROM devices WHERE next_token_hash = ?", token_hash).next() ||
         Query(database, "SELECT 1 FROM devices WHERE receive_token_hash = ?", token_hash).next() ||
         Query(database, "SELECT 1 FROM old_tokens WHERE hash = ?", token_hash).next() ||
         is_waiting(database, token_hash);
}

bool is_waiting(Database& database, const base::Bytes<32>& token_hash) {
  return Query(database, "SELECT 1 FROM waiting_devices WHERE token_hash = ?", token_hash).next();
}

Waits wait_for_list(Database& database, const WaitingDevice& device) {
  {
    Query there(database, "SELECT request_hash FROM waiting_devices WHERE mailbox_id = ?", device.mailbox.view());
    if (there.next()) return base::same(there.bytes(0), device.request_hash) ? Waits::repeated : Waits::grant_used;
  }
  {
    Query listed(database, "SELECT token_hash FROM devices WHERE mailbox_id = ?", device.mailbox.view());
    if (listed.next()) return base::same(listed.bytes(0), device.token_hash) ? Waits::repeated : Waits::grant_used;
  }
  if (is_used(database, device.grant)) return Waits::grant_used;
  if (is_known_elsewhere(database, device)) return Waits::key_known;
  {
    Query others(database, "SELECT count(*) FROM waiting_devices WHERE account = ?", device.account.value);
    if (others.next() && others.number(0) >= static_cast<std::int64_t>(limits::waiting_devices)) return Waits::too_many;
  }
  Query(database,
        "INSERT INTO waiting_devices (account, mailbox_id, identity_key, registration_id, token_hash, prekeys, "
        "request_hash, day) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        device.account.value, device.mailbox.view(), device.identity_key.serialize(), device.registration_id.value,
        device.token_hash, device.prekeys, device.request_hash, device.day.value)
      .run();
  Query(database, "INSERT INTO used_challenges (challenge, day) VALUES (?, ?)", device.grant, device.day.value).run();
  return Waits::done;
}

std::optional<WaitingDevice> waiting_at(Database& database, AccountRow account, const wire::MailboxId& mailbox) {
  Query query(database,
              "SELECT identity_key, registration_id, token_hash, prekeys, request_hash, day FROM waiting_devices WHERE "
              "mailbox_id = ? AND account = ?",
              mailbox.view(), account.value);
  if (!query.next()) return std::nullopt;
  const auto identity_key = crypto::PublicKey::parse(query.bytes(0));
  if (!identity_key) throw SqlError{.code = SQLITE_CORRUPT, .message = "an identity key is not one"};
  return WaitingDevice{.account = account,
                       .grant = {},
                       .mailbox = mailbox,
                       .identity_key = *identity_key,
                       .registration_id = wire::RegistrationId(static_cast<std::uint16_t>(query.number(1))),
                       .token_hash = intact(base::fixed<32>(query.bytes(2))),
                       .prekeys = base::blob(query.bytes(3)),
                       .request_hash = intact(base::fixed<32>(query.bytes(4))),
                       .day = {static_cast<std::uint32_t>(query.number(5))}};
}

void forget_waiting(Database& database, const wire::MailboxId& mailbox) {
  Query(database, "DELETE FROM waiting_devices WHERE mailbox_id = ?", mailbox.view()).run();
}

void expire_waiting(Database& database, base::Day today) {
  Query(database, "DELETE FROM waiting_devices WHERE day + 1 < ?", today.value).run();
}

}  // namespace sotto::server::tables

#include "store/own_account.hpp"

#include <algorithm>

#include "store/row.hpp"
#include "store/settings.hpp"

namespace sotto::store {
namespace {

constexpr const char* row_name = "account row";

/// Empty on a device that is no admin.
std::optional<crypto::PrivateKey> account_key_of(const Statement& row, int column) {
  if (row.blob(column).empty()) return std::nullopt;
  return secret<crypto::PrivateKey>(row, column, row_name);
}

template <class T>
auto sound_row(T value) {
  return sound(std::move(value), row_name);
}

}  // namespace

namespace own_account {

std::optional<OwnAccount> load(Transaction& in) {
  auto row = in.prepare(
      "SELECT account_id, user_name, server, server_ca, root_key, account_private, device_number, identity_private, "
      "identity_key, registration_id, mailbox_id, token, introduction, backup_statement, account_secret, link_token "
      "FROM own_account");
  if (!row.step()) return std::nullopt;
  return OwnAccount{
      .account_id = sound_row(wire::AccountId::from(row.blob(0))),
      .user_name = row.text(1),
      .server = row.text(2),
      .server_ca = row.text(3),
      .root_key = sound_row(crypto::PublicKey::parse(row.blob(4))),
      .account_key = account_key_of(row, 5),
      .device = wire::DeviceNumber(static_cast<std::uint8_t>(row.number(6))),
      .identity = crypto::KeyPair(secret<crypto::PrivateKey>(row, 7, row_name),
                                  sound_row(crypto::PublicKey::parse(row.blob(8)))),
      .registration_id = wire::RegistrationId(static_cast<std::uint16_t>(row.number(9))),
      .mailbox_id = sound_row(wire::MailboxId::from(row.blob(10))),
      .token = secret<DeviceToken>(row, 11, row_name),
      .introduction = sound_row(wire::Introduction::parse(row.blob(12))),
      .backup_statement = row.blob(13),
      .account_secret = secret<AccountSecret>(row, 14, row_name),
      .link_token = sound_row(base::fixed<16>(row.blob(15))),
      .proxy = settings::text(in, settings::proxy),
      .allows_private_servers = settings::is_on(in, settings::private_servers, false),
  };
}

bool is_registered(Transaction& in) {
  auto row = in.prepare("SELECT state FROM own_account");
  return row.step() && row.number(0) == 1;
}

namespace {

base::View account_private(const OwnAccount& account) {
  return account.account_key ? base::View(account.account_key->expose()) : base::View();
}

void insert(Transaction& in, const OwnAccount& account, int state, std::optional<base::View> registration) {
  in.prepare(
        "INSERT INTO own_account (one, state, account_id, user_name, server, server_ca, root_key, account_private, "
        "device_number, identity_private, identity_key, registration_id, mailbox_id, token, introduction, "
        "backup_statement, account_secret, link_token, registration) "
        "VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(state)
      .bind(account.account_id.view())
      .bind(account.user_name)
      .bind(account.server)
      .bind(account.server_ca)
      .bind(base::View(account.root_key.serialize()))
      .bind(account_private(account))
      .bind(account.device.value)
      .bind(account.identity.private_key.expose())
      .bind(base::View(account.identity.public_key.serialize()))
      .bind(account.registration_id.value)
      .bind(account.mailbox_id.view())
      .bind(account.token.expose())
      .bind(base::View(account.introduction.serialize()))
      .bind(base::View(account.backup_statement))
      .bind(account.account_secret.expose())
      .bind(base::View(account.link_token))
      .bind_optional(registration)
      .run();
}

}  // namespace

void keep_pending(Transaction& in, const OwnAccount& account, base::View registration) {
  insert(in, account, 0, registration);
}

void keep_linked(Transaction& in, const OwnAccount& account) { insert(in, account, 1, std::nullopt); }

void set_introduction(Transaction& in, const wire::Introduction& introduction) {
  in.prepare("UPDATE own_account SET introduction = ?").bind(base::View(introduction.serialize())).run();
}

void set_account_key(Transaction& in, const std::optional<crypto::PrivateKey>& key) {
  in.prepare("UPDATE own_account SET account_private = ?").bind(key ? base::View(key->expose()) : base::View()).run();
}

void set_secrets(Transaction& in, const AccountSecret& secret, base::View link_token) {
  in.prepare("UPDATE own_account SET account_secret = ?, link_token = ?").bind(secret.expose()).bind(link_token).run();
}

void note_numbers(Transaction& in, const wire::DeviceList& list) {
  for (const wire::Device& device : list.devices) {
    in.prepare("INSERT OR IGNORE INTO given_numbers (epoch, number) VALUES (?, ?)")
        .bind(list.order.epoch)
        .bind(device.number.value)
        .run();
  }
}

namespace {

std::optional<wire::DeviceNumber> lowest_missing(Statement numbers) {
  constexpr std::int64_t highest = 127;
  std::int64_t free = 1;
  while (numbers.step() && numbers.number(0) == free) ++free;
  if (free > highest) return std::nullopt;
  return wire::DeviceNumber(static_cast<std::uint8_t>(free));
}

}  // namespace

std::optional<wire::DeviceNumber> free_number(Transaction& in, std::uint32_t epoch) {
  // What a device wrote is named by its number: as long as there are others, one of an earlier epoch is not used again.
  if (const auto never = lowest_missing(in.prepare("SELECT DISTINCT number FROM given_numbers ORDER BY number")))
    return never;
  auto row = in.prepare("SELECT number FROM given_numbers WHERE epoch = ? ORDER BY number");
  row.bind(epoch);
  return lowest_missing(std::move(row));
}

void keep_pending_change(Transaction& in, const PendingChange& change) {
  const auto view = [](const auto& secret) {
    return secret ? std::optional<base::View>(secret->expose()) : std::nullopt;
  };
  in.prepare(
        "INSERT OR REPLACE INTO pending_change (one, introduction, account_private, account_secret, profile_key, "
        "link_token) VALUES (1, ?, ?, ?, ?, ?)")
      .bind(base::View(change.introduction.serialize()))
      .bind_optional(view(change.account_key))
      .bind_optional(view(change.secret))
      .bind_optional(view(change.profile_key))
      .bind_optional(change.link_token ? std::optional<base::View>(*change.link_token) : std::nullopt)
      .run();
}

std::optional<PendingChange> pending_change(Transaction& in) {
  auto row =
      in.prepare("SELECT introduction, account_private, account_secret, profile_key, link_token FROM pending_change");
  if (!row.step()) return std::nullopt;
  PendingChange found{.introduction = sound_row(wire::Introduction::parse(row.blob(0)))};
  if (!row.is_null(1)) found.account_key = secret<crypto::PrivateKey>(row, 1, row_name);
  if (!row.is_null(2)) found.secret = secret<AccountSecret>(row, 2, row_name);
  if (!row.is_null(3)) found.profile_key = base::SecretBlob(row.blob(3));
  if (!row.is_null(4)) found.link_token = sound_row(base::fixed<16>(row.blob(4)));
  return found;
}

void forget_pending_change(Transaction& in) { in.prepare("DELETE FROM pending_change").run(); }

void set_removed(Transaction& in) { in.prepare("UPDATE own_account SET is_removed = 1").run(); }

bool is_removed(Transaction& in) {
  auto row = in.prepare("SELECT is_removed FROM own_account");
  return row.step() && row.number(0) == 1;
}

Generation generation(Transaction& in) {
  auto row = in.prepare("SELECT generation, tick, next_tick FROM own_account");
  if (!row.step()) damaged(row_name);
  Generation made{.number = static_cast<std::uint64_t>(row.number(0))};
  if (!row.is_null(1)) made.tick = sound_row(base::fixed<16>(row.blob(1)));
  if (!row.is_null(2)) made.next_tick = sound_row(base::fixed<16>(row.blob(2)));
  return made;
}

void keep_generation(Transaction& in, const Generation& generation) {
  const auto view = [](const std::optional<base::Bytes<16>>& tick) {
    return tick ? std::optional<base::View>(*tick) : std::nullopt;
  };
  in.prepare("UPDATE own_account SET generation = ?, tick = ?, next_tick = ?")
      .bind(static_cast<std::int64_t>(generation.number))
      .bind_optional(view(generation.tick))
      .bind_optional(view(generation.next_tick))
      .run();
}

std::uint64_t store_epoch(Transaction& in) {
  auto row = in.prepare("SELECT store_epoch FROM own_account");
  return row.step() ? static_cast<std::uint64_t>(row.number(0)) : 0;
}

void keep_store_epoch(Transaction& in, std::uint64_t epoch) {
  in.prepare("UPDATE own_account SET store_epoch = ?").bind(static_cast<std::int64_t>(epoch)).run();
}

bool is_confirmed_in_epoch(Transaction& in) {
  auto row = in.prepare("SELECT 1 FROM own_account WHERE confirmed_epoch = store_epoch");
  return row.step();
}

void set_confirmed_in_epoch(Transaction& in) {
  in.prepare("UPDATE own_account SET confirmed_epoch = store_epoch").run();
}

std::optional<base::Blob> pending_registration(Transaction& in) {
  auto row = in.prepare("SELECT registration FROM own_account WHERE state = 0");
  if (!row.step()) return std::nullopt;
  return row.blob(0);
}

void set_registered(Transaction& in) { in.prepare("UPDATE own_account SET state = 1, registration = NULL").run(); }

void forget_pending(Transaction& in) {
  in.prepare("DELETE FROM own_account WHERE state = 0").run();
  for (const char* table : {"signed_prekeys", "kyber_prekeys", "one_time_prekeys", "prekey_upload"}) {
    in.prepare("DELETE FROM " + std::string(table)).run();
  }
}

base::Timestamp next_sent_at(Transaction& in, base::Timestamp now) {
  auto row = in.prepare("SELECT last_sent_at FROM own_account");
  if (!row.step()) damaged(row_name);
  const base::Timestamp next{std::max(now.ms, row.number(0) + 1)};
  in.prepare("UPDATE own_account SET last_sent_at = ?").bind(next.ms).run();
  return next;
}

std::optional<base::Blob> sender_certificate(Transaction& in) {
  auto row = in.prepare("SELECT sender_certificate FROM own_account WHERE sender_certificate IS NOT NULL");
  if (!row.step()) return std::nullopt;
  return row.blob(0);
}

void keep_sender_certificate(Transaction& in, base::View certificate) {
  in.prepare("UPDATE own_account SET sender_certificate = ?").bind(certificate).run();
}

}  // namespace own_account
}  // namespace sotto::store

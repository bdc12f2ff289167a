#include "store/own_account.hpp"

#include <algorithm>

#include "store/row.hpp"

namespace sotto::store {
namespace {

constexpr const char* row_name = "account row";

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
      .account_key = secret<crypto::PrivateKey>(row, 5, row_name),
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
  };
}

bool is_registered(Transaction& in) {
  auto row = in.prepare("SELECT state FROM own_account");
  return row.step() && row.number(0) == 1;
}

void keep_pending(Transaction& in, const OwnAccount& account, base::View registration) {
  in.prepare(
        "INSERT INTO own_account (one, state, account_id, user_name, server, server_ca, root_key, account_private, "
        "device_number, identity_private, identity_key, registration_id, mailbox_id, token, introduction, "
        "backup_statement, account_secret, link_token, registration) "
        "VALUES (1, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(account.account_id.view())
      .bind(account.user_name)
      .bind(account.server)
      .bind(account.server_ca)
      .bind(base::View(account.root_key.serialize()))
      .bind(account.account_key.expose())
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
      .bind(registration)
      .run();
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

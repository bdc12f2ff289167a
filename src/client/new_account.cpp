#include "client/new_account.hpp"

#include "client/prekey_stock.hpp"
#include "crypto/aead.hpp"
#include "crypto/hash.hpp"
#include "relay/server_certificate.hpp"
#include "wire/registration.hpp"

namespace sotto::client {
namespace {

constexpr wire::DeviceNumber first_device{1};
constexpr std::uint32_t max_registration_id = 0x3FFF;

struct Keys {
  wire::RootKeys root;
  crypto::KeyPair account;
  crypto::KeyPair identity;
  base::Day day;  // on which all of it is made: the first epoch, too
};

wire::RegistrationId draw_registration_id(base::Random& random) {
  const auto raw = random.bytes<2>();
  const auto number = static_cast<std::uint32_t>(raw[0] << 8 | raw[1]) & max_registration_id;
  return wire::RegistrationId(static_cast<std::uint16_t>(number == 0 ? 1 : number));
}

/// {name, admin}, for own devices only: statements.md, field 5 of a device.
base::Bytes<wire::private_size> seal_private(const store::AccountSecret& secret, const wire::AccountId& account,
                                             const crypto::PublicKey& identity, base::Random& random) {
  constexpr std::size_t plain_size = wire::private_size - 12 - crypto::aead::tag_size;
  base::Blob plain = wire::StrictWriter().bytes(1, std::string_view("first device")).number(2, 1).done();
  plain.push_back(0x80);
  plain.resize(plain_size, 0);
  const auto nonce = random.bytes<12>();
  const base::Blob aad = base::concat({account.view(), identity.serialize()});
  const base::Blob sealed = crypto::aead::seal(secret.expose(), nonce, plain, aad);
  return *base::fixed<wire::private_size>(base::concat({nonce, sealed}));
}

wire::Signed make_certificate(const Keys& keys, base::Random& random) {
  const wire::AccountCertificate made{.account_id = wire::account_id_of(keys.root.root.public_key),
                                      .first_root = keys.root.root.public_key,
                                      .epoch = keys.day.value,
                                      .account_key = keys.account.public_key,
                                      .day = keys.day};
  return wire::Signed::make(wire::names::account_certificate, made.serialize(), keys.root.root.private_key, random);
}

wire::Signed make_backup_statement(const Keys& keys, base::Random& random) {
  const wire::BackupStatement made{.account_id = wire::account_id_of(keys.root.root.public_key),
                                   .links = 0,
                                   .backup_key = keys.root.backup,
                                   .backup_access_key = keys.root.backup_access.public_key};
  return wire::Signed::make(wire::names::backup_statement, made.serialize(), keys.root.root.private_key, random);
}

wire::Device make_device(const Keys& keys, const NewAccountPlan& plan, const store::AccountSecret& secret,
                         base::Random& random) {
  const wire::AccountId account = wire::account_id_of(keys.root.root.public_key);
  wire::Device made{.number = first_device,
                    .identity_key = keys.identity.public_key,
                    .registration_id = draw_registration_id(random),
                    .mailbox_id = plan.invitation.mailbox_id,
                    .sealed = seal_private(secret, account, keys.identity.public_key, random),
                    .day_added = keys.day,
                    .consent = {},
                    .server_certificate = {}};
  made.consent =
      crypto::sign(keys.identity.private_key,
                   wire::to_be_signed(wire::names::device_consent, made.consent_of(account).serialize()), random);
  made.server_certificate =
      relay::ServerCertificate::issue(made.number.value, keys.identity.public_key, keys.account.private_key, random)
          .serialize();
  return made;
}

wire::Signed make_list(const Keys& keys, const wire::Device& device, const wire::Signed& certificate,
                       const std::string& server, base::Random& random) {
  const wire::DeviceList made{.account_id = wire::account_id_of(keys.root.root.public_key),
                              .certificate_hash = wire::hash(wire::names::account_certificate, certificate.statement),
                              .order = {.links = 0, .epoch = keys.day.value, .version = 1},
                              .day = keys.day,
                              .home_server = server,
                              .tls_pin = std::nullopt,
                              .previous = {},
                              .devices = {device}};
  return wire::Signed::make(wire::names::device_list, made.serialize(), keys.account.private_key, random);
}

base::Blob make_request(const Keys& keys, const NewAccountPlan& plan, const wire::RegistrationBody& parts,
                        base::Random& random) {
  base::Blob body = parts.serialize();
  const wire::AccountAct act{.server = plan.server,
                             .account_id = wire::account_id_of(keys.root.root.public_key),
                             .operation = wire::Operation::registration,
                             .order = {.links = 0, .epoch = keys.day.value, .version = 1},
                             .challenge = plan.invitation.challenge,
                             .body_hash = crypto::sha256({body})};
  wire::RegistrationRequest made{.body = std::move(body), .act = {}, .root_signature = {}};
  made.act = wire::Signed::make(wire::names::account_act, act.serialize(), keys.account.private_key, random);
  made.root_signature = crypto::sign(keys.root.root.private_key,
                                     wire::to_be_signed(wire::names::account_act, made.act.statement), random);
  return made.serialize();
}

template <class Secret>
Secret draw(base::Random& random) {
  return Secret::made_by([&](std::span<std::uint8_t, Secret::size> out) { random.fill(out); });
}

}  // namespace

void make_account(store::Transaction& in, const NewAccountPlan& plan, const wire::RecoveryKey& recovery_key,
                  base::Timestamp now, base::Random& random) {
  Keys keys{.root = wire::derive_root_keys(recovery_key),
            .account = crypto::KeyPair::generate(random),
            .identity = crypto::KeyPair::generate(random),
            .day = base::day_of(now)};
  auto secret = draw<store::AccountSecret>(random);
  auto token = draw<store::DeviceToken>(random);
  const wire::Device device = make_device(keys, plan, secret, random);
  const wire::Signed certificate = make_certificate(keys, random);
  const wire::RegistrationBody parts{.certificate = certificate,
                                     .backup_statement = make_backup_statement(keys, random),
                                     .list = make_list(keys, device, certificate, plan.server, random),
                                     .user_name = plan.user_name,
                                     .token_hash = wire::hash(wire::names::device_token, token.expose()),
                                     .prekeys = prekey_stock::make(in, keys.identity.private_key,
                                                                   {.medium_term = true,
                                                                    .one_time = prekey_stock::one_time_target,
                                                                    .one_time_kyber = prekey_stock::one_time_target},
                                                                   now, random)};
  const base::Blob request = make_request(keys, plan, parts, random);

  const store::OwnAccount account{
      .account_id = wire::account_id_of(keys.root.root.public_key),
      .user_name = plan.user_name,
      .server = plan.server,
      .server_ca = plan.server_ca,
      .root_key = keys.root.root.public_key,
      .account_key = std::move(keys.account.private_key),
      .device = device.number,
      .identity = std::move(keys.identity),
      .registration_id = device.registration_id,
      .mailbox_id = device.mailbox_id,
      .token = std::move(token),
      .introduction = {.certificate = parts.certificate, .list = parts.list},
      .backup_statement = parts.backup_statement.serialize(),
      .account_secret = std::move(secret),
      .link_token = random.bytes<16>(),
  };
  store::own_account::keep_pending(in, account, request);
}

}  // namespace sotto::client

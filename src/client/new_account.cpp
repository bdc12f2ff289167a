#include "client/new_account.hpp"

#include "client/device_entry.hpp"
#include "client/prekey_stock.hpp"
#include "client/rotation.hpp"
#include "crypto/hash.hpp"
#include "wire/registration.hpp"

namespace sotto::client {
namespace {

constexpr wire::DeviceNumber first_device{1};

struct Keys {
  wire::RootKeys root;
  crypto::KeyPair account;
  crypto::KeyPair identity;
  base::Day day;  // on which all of it is made: the first epoch, too
};

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
  device_entry::Applicant applicant{.number = first_device,
                                    .identity_key = keys.identity.public_key,
                                    .registration_id = device_entry::draw_registration_id(random),
                                    .mailbox_id = plan.invitation.mailbox_id,
                                    .consent = {}};
  applicant.consent = device_entry::consent(account, applicant, keys.identity.private_key, random);
  const device_entry::Private entry{.name = "first device", .is_admin = true};
  const device_entry::Keys signing{
      .account = account, .account_key = keys.account.private_key, .secret = secret, .day = keys.day};
  return device_entry::make(applicant, entry, signing, random);
}

wire::Signed make_list(const Keys& keys, const wire::Device& device, const wire::Signed& certificate,
                       const NewAccountPlan& plan, base::Random& random) {
  const wire::DeviceList made{.account_id = wire::account_id_of(keys.root.root.public_key),
                              .certificate_hash = wire::hash(wire::names::account_certificate, certificate.statement),
                              .order = {.links = 0, .epoch = keys.day.value, .version = 1},
                              .day = keys.day,
                              .home_server = plan.server,
                              .tls_pin = plan.tls_pin,
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
                                     .list = make_list(keys, device, certificate, plan, random),
                                     .user_name = plan.user_name,
                                     .token_hash = wire::hash(wire::names::device_token, token.expose()),
                                     .prekeys = prekey_stock::make(in, keys.identity.private_key,
                                                                   {.medium_term = true,
                                                                    .one_time = rotation::policy.one_time_target,
                                                                    .one_time_kyber = rotation::policy.one_time_target},
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

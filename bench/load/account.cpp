#include "bench/load/account.hpp"

#include "crypto/hash.hpp"
#include "wire/acts.hpp"
#include "wire/frames.pb.h"
#include "wire/registration.hpp"

namespace sotto::bench {
namespace {

constexpr wire::DeviceNumber first_device{1};
constexpr wire::RegistrationId registration_id{1};
constexpr std::uint32_t medium_term_id = 1;
constexpr std::uint32_t permit_days = 30;

std::uint64_t ms(base::Timestamp at) { return static_cast<std::uint64_t>(at.ms); }

wire::KyberPrekey public_half(const protocol::KyberPreKey& of) {
  wire::KyberPrekey made{.id = of.id.value, .key = {}, .signature = of.signature};
  std::ranges::copy(of.keys.public_key.serialize(), made.key.begin());
  return made;
}

}  // namespace

Account::Account(std::size_t one_time_prekeys, base::Timestamp now, base::Random& random)
    : random_(random),
      day_(base::day_of(now)),
      root_(crypto::KeyPair::generate(random)),
      account_(crypto::KeyPair::generate(random)),
      identity_(crypto::KeyPair::generate(random)),
      backup_access_(crypto::KeyPair::generate(random)),
      resident_{.account = wire::account_id_of(root_.public_key),
                .mailbox = {},
                .token = random.bytes<32>(),
                .permit = random.bytes<16>()},
      address_{.name = resident_.account.text(), .device = protocol::DeviceId(first_device.value)},
      server_certificate_(
          relay::ServerCertificate::issue(first_device.value, identity_.public_key, account_.private_key, random)),
      sender_certificate_(relay::SenderCertificate::issue(
          {.account = address_.name, .device = first_device.value, .identity_key = identity_.public_key},
          ms(now) + 365 * base::ms_per_day, server_certificate_, identity_.private_key, random)),
      signed_(protocol::SignedPreKey::generate(protocol::SignedPreKeyId(medium_term_id), identity_.private_key, ms(now),
                                               random)
                  .serialize()),
      last_resort_(protocol::KyberPreKey::generate(protocol::KyberPreKeyId(medium_term_id), identity_.private_key,
                                                   ms(now), random)
                       .serialize()) {
  for (std::uint32_t id = medium_term_id + 1; id <= medium_term_id + one_time_prekeys; ++id) {
    one_time_.emplace(id, protocol::OneTimePreKey::generate(protocol::PreKeyId(id), random).serialize());
    const auto kyber =
        protocol::KyberPreKey::generate(protocol::KyberPreKeyId(id), identity_.private_key, ms(now), random);
    one_time_kyber_.emplace(id, kyber.serialize());
  }
}

base::Blob Account::registration(const Welcome& welcome) {
  resident_.mailbox = welcome.mailbox;
  const wire::BackupStatement backup{.account_id = resident_.account,
                                     .links = 0,
                                     .backup_key = random_.bytes<1216>(),  // nobody seals to it
                                     .backup_access_key = backup_access_.public_key};
  const wire::Introduction introduced = introduction(welcome.server);
  const wire::RegistrationBody parts{
      .certificate = introduced.certificate,
      .backup_statement =
          wire::Signed::make(wire::names::backup_statement, backup.serialize(), root_.private_key, random_),
      .list = introduced.list,
      .user_name = "load-" + resident_.account.text().substr(0, 8) + resident_.account.text().substr(24, 12),
      .token_hash = wire::hash(wire::names::device_token, resident_.token),
      .prekeys = prekeys()};
  base::Blob body = parts.serialize();
  wire::Signed signed_act = act(welcome.server, wire::Operation::registration, welcome.challenge, body);
  const auto by_root =
      crypto::sign(root_.private_key, wire::to_be_signed(wire::names::account_act, signed_act.statement), random_);
  return wire::RegistrationRequest{.body = std::move(body), .act = std::move(signed_act), .root_signature = by_root}
      .serialize();
}

base::Blob Account::deletion(const std::string& server, const base::Bytes<32>& challenge) const {
  return wire::ActRequest{
      .body = {}, .act = act(server, wire::Operation::deletion, challenge, {}), .root_signature = std::nullopt}
      .serialize();
}

base::Blob Account::permit_change() const {
  wire::frames::PermitChange change;
  wire::frames::Permit& added = *change.add_add();
  added.set_hash(base::text(wire::permit_hash(resident_.account, resident_.permit)));
  added.set_class_(wire::frames::Permit::CONTACT);
  added.set_last_day(day_.value + permit_days);
  base::Blob bytes(change.ByteSizeLong());
  change.SerializeToArray(bytes.data(), static_cast<int>(bytes.size()));
  return bytes;
}

wire::PrekeyUpload Account::prekeys() const {
  wire::PrekeyUpload made;
  const auto medium = *protocol::SignedPreKey::parse(signed_.expose());
  made.signed_prekey = {
      .id = medium.id.value, .key = medium.keys.public_key.serialize(), .signature = medium.signature};
  made.last_resort = public_half(*protocol::KyberPreKey::parse(last_resort_.expose()));
  for (const auto& [id, bytes] : one_time_) {
    const auto key = *protocol::OneTimePreKey::parse(bytes.expose());
    made.one_time.push_back({.id = id, .key = key.keys.public_key.serialize()});
  }
  for (const auto& [id, bytes] : one_time_kyber_)
    made.one_time_kyber.push_back(public_half(*protocol::KyberPreKey::parse(bytes.expose())));
  return made;
}

wire::DeviceBundle Account::bundle() const {
  const wire::PrekeyUpload all = prekeys();
  return {.number = first_device,
          .registration_id = registration_id,
          .identity_key = identity_.public_key,
          .signed_prekey = *all.signed_prekey,
          .one_time = all.one_time.empty() ? std::nullopt : std::optional(all.one_time.front()),
          .kyber = all.one_time_kyber.empty() ? *all.last_resort : all.one_time_kyber.front()};
}

wire::Device Account::device() const {
  wire::Device made{.number = first_device,
                    .identity_key = identity_.public_key,
                    .registration_id = registration_id,
                    .mailbox_id = resident_.mailbox,
                    .sealed = random_.bytes<wire::private_size>(),  // for the account's other devices: there is none
                    .day_added = day_,
                    .consent = {},
                    .server_certificate = server_certificate_.serialize()};
  made.consent = crypto::sign(
      identity_.private_key,
      wire::to_be_signed(wire::names::device_consent, made.consent_of(resident_.account).serialize()), random_);
  return made;
}

wire::Introduction Account::introduction(const std::string& server) const {
  const wire::AccountCertificate certificate{.account_id = resident_.account,
                                             .first_root = root_.public_key,
                                             .epoch = day_.value,
                                             .account_key = account_.public_key,
                                             .day = day_};
  auto certified =
      wire::Signed::make(wire::names::account_certificate, certificate.serialize(), root_.private_key, random_);
  const wire::DeviceList list{.account_id = resident_.account,
                              .certificate_hash = wire::hash(wire::names::account_certificate, certified.statement),
                              .order = {.links = 0, .epoch = day_.value, .version = 1},
                              .day = day_,
                              .home_server = server,
                              .tls_pin = std::nullopt,
                              .previous = {},
                              .devices = {device()}};
  auto listed = wire::Signed::make(wire::names::device_list, list.serialize(), account_.private_key, random_);
  return {.certificate = std::move(certified), .list = std::move(listed)};
}

wire::Signed Account::act(const std::string& server, wire::Operation operation, const base::Bytes<32>& challenge,
                          const base::Blob& body) const {
  const wire::AccountAct made{.server = server,
                              .account_id = resident_.account,
                              .operation = operation,
                              .order = {.links = 0, .epoch = day_.value, .version = 1},
                              .challenge = challenge,
                              .body_hash = crypto::sha256({base::View(body)})};
  return wire::Signed::make(wire::names::account_act, made.serialize(), account_.private_key, random_);
}

protocol::Result<protocol::OneTimePreKey> Account::one_time_prekey(protocol::PreKeyId id) const {
  const auto found = one_time_.find(id.value);
  if (found == one_time_.end()) return protocol::Error::unknown_prekey;
  return protocol::OneTimePreKey::parse(found->second.expose());
}

protocol::Result<protocol::SignedPreKey> Account::signed_prekey(protocol::SignedPreKeyId id) const {
  if (id.value != medium_term_id) return protocol::Error::unknown_prekey;
  return protocol::SignedPreKey::parse(signed_.expose());
}

protocol::Result<protocol::KyberPreKey> Account::kyber_prekey(protocol::KyberPreKeyId id) const {
  if (id.value == medium_term_id) return protocol::KyberPreKey::parse(last_resort_.expose());
  const auto found = one_time_kyber_.find(id.value);
  if (found == one_time_kyber_.end()) return protocol::Error::unknown_prekey;
  return protocol::KyberPreKey::parse(found->second.expose());
}

}  // namespace sotto::bench

#pragma once
#include <functional>

#include "crypto/hash.hpp"
#include "relay/server_certificate.hpp"
#include "support/seeded_random.hpp"
#include "wire/registration.hpp"

namespace sotto::test {

/// A registration that every rule accepts, and hooks that break exactly one of them before the next signature is made.
/// Header-only, so that the tests of every room that reads registrations can use it.
struct RegistrationDraft {
  explicit RegistrationDraft(std::uint64_t seed, const std::string& server = "chat.example:443")
      : random(seed),
        authority(server),
        mailbox(wire::MailboxId::made_of(random.bytes<16>())),
        challenge(random.bytes<32>()),
        token(random.bytes<32>()) {}

  SeededRandom random;
  std::string authority;
  wire::MailboxId mailbox;
  base::Bytes<32> challenge;
  base::Bytes<32> token;
  std::string user_name = "ana";
  crypto::KeyPair root = crypto::KeyPair::generate(random);
  crypto::KeyPair account = crypto::KeyPair::generate(random);
  crypto::KeyPair identity = crypto::KeyPair::generate(random);
  crypto::KeyPair backup_access = crypto::KeyPair::generate(random);
  crypto::KeyPair stranger = crypto::KeyPair::generate(random);
  std::size_t one_time_prekeys = 1;

  // Each sees the structure just before it is signed or sealed into the next.
  std::function<void(wire::AccountCertificate&)> change_certificate;
  std::function<void(base::Blob&)> change_certificate_bytes;
  std::function<void(wire::BackupStatement&)> change_backup;
  std::function<void(base::Blob&)> change_backup_bytes;
  std::function<void(wire::DeviceConsent&)> change_consent;
  std::function<void(wire::DeviceList&)> change_list;
  std::function<void(base::Blob&)> change_list_bytes;
  std::function<void(wire::PrekeyUpload&)> change_prekeys;
  std::function<void(base::Blob&)> change_body;
  std::function<void(wire::AccountAct&)> change_act;
  std::function<void(base::Blob&)> change_act_bytes;
  std::function<void(base::Blob&)> change_request;
  const crypto::KeyPair* certificate_signer = nullptr;
  const crypto::KeyPair* backup_signer = nullptr;
  const crypto::KeyPair* list_signer = nullptr;
  const crypto::KeyPair* consent_signer = nullptr;
  const crypto::KeyPair* server_certificate_signer = nullptr;
  const crypto::KeyPair* prekey_signer = nullptr;
  const crypto::KeyPair* act_signer = nullptr;
  const crypto::KeyPair* act_root_signer = nullptr;

  wire::AccountId account_id() const { return wire::account_id_of(root.public_key); }
  wire::RegistrationExpectation expectation() const {
    return {.authority = authority, .mailbox_id = mailbox, .challenge = challenge};
  }

  wire::Signed certificate() {
    wire::AccountCertificate made{.account_id = account_id(),
                                  .first_root = root.public_key,
                                  .epoch = 20'000,
                                  .account_key = account.public_key,
                                  .day = {20'000}};
    if (change_certificate) change_certificate(made);
    return sign(wire::names::account_certificate, made.serialize(), change_certificate_bytes,
                certificate_signer != nullptr ? *certificate_signer : root);
  }

  wire::Signed backup_statement() {
    wire::BackupStatement made{.account_id = account_id(),
                               .links = 0,
                               .backup_key = random.bytes<1216>(),
                               .backup_access_key = backup_access.public_key};
    if (change_backup) change_backup(made);
    return sign(wire::names::backup_statement, made.serialize(), change_backup_bytes,
                backup_signer != nullptr ? *backup_signer : root);
  }

  wire::Device device() {
    wire::Device made{.number = wire::DeviceNumber(1),
                      .identity_key = identity.public_key,
                      .registration_id = wire::RegistrationId(4242),
                      .mailbox_id = mailbox,
                      .sealed = random.bytes<wire::private_size>(),
                      .day_added = {20'000},
                      .consent = {},
                      .server_certificate = {}};
    wire::DeviceConsent consent = made.consent_of(account_id());
    if (change_consent) change_consent(consent);
    const auto& consenting = consent_signer != nullptr ? *consent_signer : identity;
    made.consent = crypto::sign(consenting.private_key,
                                wire::to_be_signed(wire::names::device_consent, consent.serialize()), random);
    const auto& certifying = server_certificate_signer != nullptr ? *server_certificate_signer : account;
    made.server_certificate =
        relay::ServerCertificate::issue(1, identity.public_key, certifying.private_key, random).serialize();
    return made;
  }

  wire::Signed list(const wire::Signed& certificate_signed) {
    wire::DeviceList made{
        .account_id = account_id(),
        .certificate_hash = wire::hash(wire::names::account_certificate, certificate_signed.statement),
        .order = {.links = 0, .epoch = 20'000, .version = 1},
        .day = {20'000},
        .home_server = authority,
        .tls_pin = std::nullopt,
        .previous = {},
        .devices = {device()}};
    if (change_list) change_list(made);
    return sign(wire::names::device_list, made.serialize(), change_list_bytes,
                list_signer != nullptr ? *list_signer : account);
  }

  wire::Introduction introduction() {
    wire::Signed first = certificate();
    wire::Signed second = list(first);
    return {.certificate = std::move(first), .list = std::move(second)};
  }

  wire::PrekeyUpload prekeys() {
    const auto& signer = prekey_signer != nullptr ? *prekey_signer : identity;
    wire::PrekeyUpload made;
    made.signed_prekey = {.id = 1, .key = crypto::KeyPair::generate(random).public_key.serialize(), .signature = {}};
    made.signed_prekey->signature = crypto::sign(signer.private_key, made.signed_prekey->key, random);
    made.last_resort = kyber(1, signer);
    for (std::uint32_t id = 1; id <= one_time_prekeys; ++id) {
      made.one_time.push_back({.id = id, .key = crypto::KeyPair::generate(random).public_key.serialize()});
      made.one_time_kyber.push_back(kyber(id + 1, signer));
    }
    if (change_prekeys) change_prekeys(made);
    return made;
  }

  base::Blob request() {
    wire::Introduction introduced = introduction();
    wire::RegistrationBody parts{.certificate = introduced.certificate,
                                 .backup_statement = backup_statement(),
                                 .list = introduced.list,
                                 .user_name = user_name,
                                 .token_hash = wire::hash(wire::names::device_token, token),
                                 .prekeys = prekeys()};
    base::Blob body = parts.serialize();
    if (change_body) change_body(body);
    wire::AccountAct act{.server = authority,
                         .account_id = account_id(),
                         .operation = wire::Operation::registration,
                         .order = {.links = 0, .epoch = 20'000, .version = 1},
                         .challenge = challenge,
                         .body_hash = crypto::sha256({body})};
    if (change_act) change_act(act);
    wire::RegistrationRequest made{.body = body, .act = {}, .root_signature = {}};
    made.act = sign(wire::names::account_act, act.serialize(), change_act_bytes,
                    act_signer != nullptr ? *act_signer : account);
    const auto& by_root = act_root_signer != nullptr ? *act_root_signer : root;
    made.root_signature =
        crypto::sign(by_root.private_key, wire::to_be_signed(wire::names::account_act, made.act.statement), random);
    base::Blob bytes = made.serialize();
    if (change_request) change_request(bytes);
    return bytes;
  }

 private:
  wire::Signed sign(std::string_view name, base::Blob bytes, const std::function<void(base::Blob&)>& change,
                    const crypto::KeyPair& signer) {
    if (change) change(bytes);
    return wire::Signed::make(name, std::move(bytes), signer.private_key, random);
  }

  /// A key of the right shape; only its signature is judged by whoever reads registrations.
  wire::KyberPrekey kyber(std::uint32_t id, const crypto::KeyPair& signer) {
    wire::KyberPrekey made{.id = id, .key = random.bytes<wire::kyber_key_size>(), .signature = {}};
    made.key[0] = 0x08;
    made.signature = crypto::sign(signer.private_key, made.key, random);
    return made;
  }
};

}  // namespace sotto::test

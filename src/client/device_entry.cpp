#include "client/device_entry.hpp"

#include "base/check.hpp"
#include "crypto/aead.hpp"
#include "relay/server_certificate.hpp"
#include "wire/utf8.hpp"

namespace sotto::client::device_entry {
namespace {

constexpr std::uint32_t max_registration_id = 0x3FFF;
constexpr std::size_t nonce_size = 12;
constexpr std::size_t plain_size = wire::private_size - nonce_size - crypto::aead::tag_size;

base::Blob aad_of(const wire::AccountId& account, const crypto::PublicKey& identity) {
  return base::concat({account.view(), identity.serialize()});
}

base::Bytes<wire::private_size> seal(const Private& entry, const Keys& keys, const crypto::PublicKey& identity,
                                     base::Random& random) {
  CHECK(entry.name.size() <= max_name);
  base::Blob plain = wire::StrictWriter().bytes(1, entry.name).number(2, entry.is_admin ? 1 : 0).done();
  plain.push_back(0x80);
  plain.resize(plain_size, 0);
  const auto nonce = random.bytes<nonce_size>();
  const base::Blob sealed = crypto::aead::seal(keys.secret.expose(), nonce, plain, aad_of(keys.account, identity));
  return *base::fixed<wire::private_size>(base::concat({nonce, sealed}));
}

}  // namespace

wire::RegistrationId draw_registration_id(base::Random& random) {
  const auto raw = random.bytes<2>();
  const auto number = static_cast<std::uint32_t>(raw[0] << 8 | raw[1]) & max_registration_id;
  return wire::RegistrationId(static_cast<std::uint16_t>(number == 0 ? 1 : number));
}

crypto::Signature consent(const wire::AccountId& account, const Applicant& applicant,
                          const crypto::PrivateKey& identity, base::Random& random) {
  const wire::DeviceConsent word{.account_id = account,
                                 .number = applicant.number,
                                 .registration_id = applicant.registration_id,
                                 .mailbox_id = applicant.mailbox_id};
  return crypto::sign(identity, wire::to_be_signed(wire::names::device_consent, word.serialize()), random);
}

wire::Device make(const Applicant& applicant, const Private& entry, const Keys& keys, base::Random& random) {
  wire::Device made{.number = applicant.number,
                    .identity_key = applicant.identity_key,
                    .registration_id = applicant.registration_id,
                    .mailbox_id = applicant.mailbox_id,
                    .sealed = {},
                    .day_added = keys.day,
                    .consent = applicant.consent,
                    .server_certificate = {}};
  return renew(made, entry, keys, random);
}

wire::Device renew(const wire::Device& device, const Private& entry, const Keys& keys, base::Random& random) {
  wire::Device made = device;
  made.sealed = seal(entry, keys, device.identity_key, random);
  made.server_certificate =
      relay::ServerCertificate::issue(device.number.value, device.identity_key, keys.account_key, random).serialize();
  return made;
}

std::optional<Private> open(const wire::AccountId& account, const wire::Device& device,
                            const store::AccountSecret& secret) {
  const auto nonce = base::fixed<nonce_size>(base::View(device.sealed).first(nonce_size));
  const auto plain = crypto::aead::open(secret.expose(), *nonce, base::View(device.sealed).subspan(nonce_size),
                                        aad_of(account, device.identity_key));
  if (!plain) return std::nullopt;
  base::View bytes(*plain);
  while (!bytes.empty() && bytes.back() == 0) bytes = bytes.first(bytes.size() - 1);
  if (bytes.empty() || bytes.back() != 0x80) return std::nullopt;
  wire::StrictReader read(bytes.first(bytes.size() - 1));
  Private entry{.name = base::text(read.bytes(1, 0, max_name)), .is_admin = read.number(2, 0, 1) == 1};
  if (!read.finish() || !wire::is_utf8(entry.name)) return std::nullopt;
  return entry;
}

}  // namespace sotto::client::device_entry

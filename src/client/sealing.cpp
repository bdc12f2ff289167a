#include "client/sealing.hpp"

#include "protocol/sealed/open.hpp"
#include "protocol/sealed/seal.hpp"

namespace sotto::client::sealing {
namespace {

constexpr std::uint8_t version_1 = 0x11;  // signal-protocol.md, 8.3
constexpr std::int64_t life_ms = 365 * base::ms_per_day, renew_before_ms = life_ms / 2;

relay::ServerCertificate own_server_certificate(const store::OwnAccount& own) {
  const auto list = wire::DeviceList::parse(own.introduction.list.statement);
  CHECK(list);
  const wire::Device* device = list->device(own.device);
  CHECK(device != nullptr);
  auto certificate = relay::ServerCertificate::parse(device->server_certificate);
  CHECK(certificate);
  return *std::move(certificate);
}

bool is_fresh(const relay::SenderCertificate& certificate, const relay::ServerCertificate& server,
              base::Timestamp now) {
  const auto* carried = std::get_if<relay::ServerCertificate>(&certificate.signer);
  return carried != nullptr && carried->certificate == server.certificate && carried->signature == server.signature &&
         static_cast<std::int64_t>(certificate.expires_ms) - now.ms > renew_before_ms;
}

relay::SenderCertificate sender_certificate(store::Transaction& in, const outbox::Lent& lent) {
  const relay::ServerCertificate server = own_server_certificate(lent.own);
  if (const auto kept = store::own_account::sender_certificate(in)) {
    auto certificate = relay::SenderCertificate::parse_in_profile(*kept);
    if (certificate && is_fresh(*certificate, server, lent.now)) return *std::move(certificate);
  }
  const relay::SenderCertificate::Subject subject{.account = lent.own.account_id.text(),
                                                  .device = lent.own.device.value,
                                                  .identity_key = lent.own.identity.public_key};
  const auto expires_ms = static_cast<std::uint64_t>(lent.now.ms + life_ms);
  auto made = relay::SenderCertificate::issue(subject, expires_ms, server, lent.own.identity.private_key, lent.random);
  store::own_account::keep_sender_certificate(in, made.serialize());
  return made;
}

/// The narrower form on top of the field's: who reads it can be told what it says in one way only.
protocol::Result<Claim> claim_of(const relay::SenderCertificate& from) {
  const auto certificate = relay::SenderCertificate::parse_in_profile(from.serialize());
  if (!certificate) return protocol::Error::invalid_certificate;
  const auto* server = std::get_if<relay::ServerCertificate>(&certificate->signer);
  const auto account = wire::AccountId::from_text(certificate->account);
  if (server == nullptr || !account || account->text() != certificate->account || server->id != certificate->device ||
      server->key != certificate->identity_key)
    return protocol::Error::invalid_certificate;
  return Claim{.account = *account,
               .device = wire::DeviceNumber(certificate->device),
               .identity_key = certificate->identity_key};
}

}  // namespace

protocol::Result<base::Blob> seal(store::Transaction& in, const outbox::Lent& lent,
                                  const protocol::Encrypted& encrypted, const crypto::PublicKey& recipient) {
  const protocol::UnidentifiedSenderMessageContent content{.type = protocol::content_type(encrypted.type),
                                                           .sender = sender_certificate(in, lent),
                                                           .content = encrypted.message,
                                                           .hint = protocol::resendable};
  return protocol::seal(content.serialize(), lent.own.identity, recipient, lent.random);
}

protocol::Result<Opened> open(base::View envelope, const crypto::KeyPair& identity) {
  // The field's readers take other first bytes for the same version; one spelling means one fingerprint.
  if (envelope.empty() || envelope[0] != version_1) return protocol::Error::invalid_message;
  TRY(auto content, protocol::open_sealed(envelope, identity));
  if (content.type != protocol::ContentType::signal && content.type != protocol::ContentType::prekey)
    return protocol::Error::invalid_message;
  TRY(Claim claim, claim_of(content.sender));
  return Opened{.claim = std::move(claim), .content = std::move(content)};
}

}  // namespace sotto::client::sealing

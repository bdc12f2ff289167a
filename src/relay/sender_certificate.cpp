#include "relay/sender_certificate.hpp"

#include <optional>

#include "base/uuid.hpp"
#include "relay/protobuf.hpp"

namespace sotto::relay {
namespace {

struct Body {
  std::optional<std::uint32_t> device;
  std::optional<std::uint64_t> expires_ms;
  base::View identity_key, server, account;
  bool is_in_profile = true;
};

std::optional<Body> parse_body(base::View bytes) {
  Body body;
  const bool is_sound = read_fields(bytes, [&](Field& field) {
    switch (field.number()) {
      case 2:
        body.device = field.uint32();
        break;
      case 3:
        body.expires_ms = field.fixed64();
        break;
      case 4:
        body.identity_key = field.bytes();
        break;
      case 5:
        body.server = field.bytes();
        break;
      case 6:
        body.account = field.bytes();
        break;
      case 1:
      case 7:
      case 8:
        body.is_in_profile = false;
        [[fallthrough]];
      default:
        field.skip();
    }
  });
  if (!is_sound) return std::nullopt;
  return body;
}

}  // namespace

SenderCertificate SenderCertificate::issue(const Subject& subject, std::uint64_t expires_ms,
                                           const ServerCertificate& server, const crypto::PrivateKey& server_key,
                                           base::Random& random) {
  base::Blob body;
  FieldWriter write(body);
  write.uint64(2, subject.device);
  write.fixed64(3, expires_ms);
  write.bytes(4, subject.identity_key.serialize());
  write.bytes(5, server.serialize());
  write.bytes(6, base::view(subject.account));
  const crypto::Signature signature = crypto::sign(server_key, body, random);
  return {.account = subject.account,
          .device = subject.device,
          .expires_ms = expires_ms,
          .identity_key = subject.identity_key,
          .server = server,
          .certificate = std::move(body),
          .signature = signature};
}

Result<SenderCertificate> SenderCertificate::parse(base::View bytes) {
  base::View certificate, signature_bytes;
  const bool is_sound = read_fields(bytes, [&](Field& field) {
    switch (field.number()) {
      case 1:
        certificate = field.bytes();
        break;
      case 2:
        signature_bytes = field.bytes();
        break;
      default:
        field.skip();
    }
  });
  const auto signature = base::fixed<64>(signature_bytes);
  const auto body = parse_body(certificate);
  if (!is_sound || !signature || !body) return Error::invalid_protobuf;
  if (!body->is_in_profile) return Error::outside_profile;
  if (!body->device || *body->device < 1 || *body->device > 127 || !body->expires_ms) return Error::invalid_protobuf;
  const auto account = base::parse_uuid(base::text(body->account));
  if (!account || body->identity_key.empty()) return Error::invalid_protobuf;
  const auto identity_key = crypto::PublicKey::parse(body->identity_key);
  if (!identity_key) return Error::invalid_key;
  TRY(ServerCertificate server, ServerCertificate::parse(body->server));
  return SenderCertificate{.account = base::to_text(*account),
                           .device = static_cast<std::uint8_t>(*body->device),
                           .expires_ms = *body->expires_ms,
                           .identity_key = *identity_key,
                           .server = std::move(server),
                           .certificate = base::blob(certificate),
                           .signature = *signature};
}

base::Blob SenderCertificate::serialize() const {
  base::Blob bytes;
  FieldWriter write(bytes);
  write.bytes(1, certificate);
  write.bytes(2, signature);
  return bytes;
}

bool SenderCertificate::is_signed_under(std::span<const crypto::PublicKey> trust_roots) const {
  bool is_rooted = false;
  for (const crypto::PublicKey& root : trust_roots)
    is_rooted |= server.is_signed_by(root);  // all, never stopping early
  return is_rooted && crypto::verify(server.key, certificate, signature);
}

}  // namespace sotto::relay

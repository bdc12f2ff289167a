#include "relay/sender_certificate.hpp"

#include <algorithm>

#include "base/uuid.hpp"
#include "relay/protobuf.hpp"

namespace sotto::relay {
namespace {

// Of each pair that excludes the other the last one written counts (§8.1).
struct Body {
  std::optional<base::View> phone_number;
  std::optional<std::uint32_t> device;
  std::optional<std::uint64_t> expires_ms;
  std::optional<base::View> identity_key;
  std::variant<std::monostate, base::View, std::uint32_t> signer;
  std::optional<std::string> account;  // as its issuer wrote it
};

// A text of 36 characters; whatever it is not becomes nothing.
std::optional<std::string> account_text(base::View bytes) {
  std::string text = base::text(bytes);
  if (!base::parse_uuid(text)) return std::nullopt;
  return text;
}

std::optional<std::string> account_text_of_binary(base::View bytes) {
  const auto uuid = base::fixed<16>(bytes);
  if (!uuid) return std::nullopt;
  return base::to_text(base::Uuid{*uuid});
}

std::optional<Body> parse_body(base::View bytes) {
  Body body;
  const bool is_sound = read_fields(bytes, [&](Field& field) {
    switch (field.number()) {
      case 1:
        body.phone_number = field.bytes();
        break;
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
        body.signer = field.bytes();
        break;
      case 6:
        body.account = account_text(field.bytes());
        break;
      case 7:
        body.account = account_text_of_binary(field.bytes());
        break;
      case 8:
        body.signer = field.uint32();
        break;
      default:
        field.skip();
    }
  });
  if (!is_sound) return std::nullopt;
  return body;
}

bool has_every_part(const Body& body) {
  return body.device && *body.device >= 1 && *body.device <= 127 && body.expires_ms && body.identity_key &&
         body.signer.index() != 0 && body.account;
}

Result<std::variant<ServerCertificate, std::uint32_t>> parse_signer(const Body& body) {
  if (const auto* id = std::get_if<std::uint32_t>(&body.signer)) return {*id};
  TRY(ServerCertificate server, ServerCertificate::parse(std::get<base::View>(body.signer)));
  return {std::move(server)};
}

bool is_in_profile(const SenderCertificate& parsed) {
  bool is_narrow = true;
  read_fields(parsed.certificate, [&](Field& field) {
    if (field.number() == 1 || field.number() == 7 || field.number() == 8) is_narrow = false;
    field.skip();
  });
  return is_narrow && parsed.account == base::to_text(*base::parse_uuid(parsed.account));
}

}  // namespace

SenderCertificate SenderCertificate::issue(const Subject& subject, std::uint64_t expires_ms,
                                           const ServerCertificate& server, const crypto::PrivateKey& server_key,
                                           base::Random& random) {
  base::Blob body;
  FieldWriter write(body);
  if (subject.phone_number) write.bytes(1, base::view(*subject.phone_number));
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
          .signer = server,
          .phone_number = subject.phone_number,
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
  if (!is_sound || !signature || !body || !has_every_part(*body)) return Error::invalid_protobuf;
  const auto identity_key = crypto::PublicKey::parse(*body->identity_key);
  if (!identity_key) return Error::invalid_key;
  TRY(auto signer, parse_signer(*body));
  SenderCertificate parsed{.account = *body->account,
                           .device = static_cast<std::uint8_t>(*body->device),
                           .expires_ms = *body->expires_ms,
                           .identity_key = *identity_key,
                           .signer = std::move(signer),
                           .certificate = base::blob(certificate),
                           .signature = *signature};
  if (body->phone_number) parsed.phone_number = base::text(*body->phone_number);
  return parsed;
}

Result<SenderCertificate> SenderCertificate::parse_in_profile(base::View bytes) {
  TRY(SenderCertificate parsed, parse(bytes));
  if (!is_in_profile(parsed)) return Error::outside_profile;
  return parsed;
}

base::Blob SenderCertificate::serialize() const {
  base::Blob bytes;
  FieldWriter write(bytes);
  write.bytes(1, certificate);
  write.bytes(2, signature);
  return bytes;
}

const ServerCertificate* SenderCertificate::server(KnownServers known) const {
  if (const auto* carried = std::get_if<ServerCertificate>(&signer)) return carried;
  const auto found = std::ranges::find(known, std::get<std::uint32_t>(signer), &ServerCertificate::id);
  return found == known.end() ? nullptr : &*found;
}

bool SenderCertificate::is_signed_under(std::span<const crypto::PublicKey> trust_roots, KnownServers known,
                                        GoodSignatures* good) const {
  const auto verify = [good](const crypto::PublicKey& by, base::View message,
                             const crypto::Signature& signature_of_it) {
    return good != nullptr ? good->verify(by, message, signature_of_it) : crypto::verify(by, message, signature_of_it);
  };
  const ServerCertificate* issuer = server(known);
  if (issuer == nullptr || issuer->id == revoked_server_id) return false;
  bool is_rooted = false;
  for (const crypto::PublicKey& root : trust_roots)
    is_rooted |= verify(root, issuer->certificate, issuer->signature);  // all, never stopping early
  return is_rooted && verify(issuer->key, certificate, signature);
}

}  // namespace sotto::relay

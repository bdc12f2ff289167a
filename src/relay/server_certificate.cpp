#include "relay/server_certificate.hpp"

#include <optional>

#include "relay/protobuf.hpp"

namespace sotto::relay {

ServerCertificate ServerCertificate::issue(std::uint32_t id, const crypto::PublicKey& key,
                                           const crypto::PrivateKey& issuer, base::Random& random) {
  base::Blob body;
  FieldWriter write(body);
  write.uint64(1, id);
  write.bytes(2, key.serialize());
  const crypto::Signature signature = crypto::sign(issuer, body, random);
  return {.id = id, .key = key, .certificate = std::move(body), .signature = signature};
}

Result<ServerCertificate> ServerCertificate::parse(base::View bytes) {
  base::View body, signature, key_bytes;
  std::optional<std::uint32_t> id;
  const bool is_outer_sound = read_fields(bytes, [&](Field& field) {
    switch (field.number()) {
      case 1:
        body = field.bytes();
        break;
      case 2:
        signature = field.bytes();
        break;
      default:
        field.skip();
    }
  });
  const bool is_body_sound = read_fields(body, [&](Field& field) {
    switch (field.number()) {
      case 1:
        id = field.uint32();
        break;
      case 2:
        key_bytes = field.bytes();
        break;
      default:
        field.skip();
    }
  });
  const auto whole_signature = base::fixed<64>(signature);
  if (!is_outer_sound || !is_body_sound || !whole_signature || !id) return Error::invalid_protobuf;
  if (key_bytes.empty()) return Error::invalid_protobuf;
  const auto key = crypto::PublicKey::parse(key_bytes);
  if (!key) return Error::invalid_key;
  return ServerCertificate{.id = *id, .key = *key, .certificate = base::blob(body), .signature = *whole_signature};
}

base::Blob ServerCertificate::serialize() const {
  base::Blob bytes;
  FieldWriter write(bytes);
  write.bytes(1, certificate);
  write.bytes(2, signature);
  return bytes;
}

}  // namespace sotto::relay

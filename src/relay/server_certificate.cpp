#include "relay/server_certificate.hpp"

#include <optional>
#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>
#include <string>

namespace sotto::relay {
namespace {

base::View view(protozero::data_view bytes) { return base::view({bytes.data(), bytes.size()}); }

struct Body {
  std::optional<std::uint32_t> id;
  std::optional<base::Blob> key;
};

Body parse_body(const base::Blob& bytes) {
  Body body;
  protozero::pbf_reader read(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  while (read.next()) {
    switch (read.tag()) {
      case 1: body.id = read.get_uint32(); break;
      case 2: body.key = base::blob(view(read.get_view())); break;
      default: read.skip();
    }
  }
  return body;
}

struct Outer {
  std::optional<base::Blob> certificate;
  std::optional<base::Blob> signature;
};

Outer parse_outer(base::View bytes) {
  Outer outer;
  protozero::pbf_reader read(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  while (read.next()) {
    switch (read.tag()) {
      case 1: outer.certificate = base::blob(view(read.get_view())); break;
      case 2: outer.signature = base::blob(view(read.get_view())); break;
      default: read.skip();
    }
  }
  return outer;
}

std::string body_of(std::uint32_t id, const crypto::PublicKey& key) {
  std::string body;
  protozero::pbf_writer write(body);
  write.add_uint32(1, id);
  const auto serialized = key.serialize();
  write.add_bytes(2, reinterpret_cast<const char*>(serialized.data()), serialized.size());
  return body;
}

}  // namespace

ServerCertificate ServerCertificate::issue(std::uint32_t id, const crypto::PublicKey& key,
                                           const crypto::PrivateKey& issuer, base::Random& random) {
  const base::Blob body = base::blob(base::view(body_of(id, key)));
  return {.id = id, .key = key, .certificate = body, .signature = crypto::sign(issuer, body, random)};
}

Result<ServerCertificate> ServerCertificate::parse(base::View bytes) try {
  const Outer outer = parse_outer(bytes);
  if (!outer.certificate || !outer.signature) return Error::invalid_protobuf;
  const auto signature = base::fixed<64>(*outer.signature);
  const Body body = parse_body(*outer.certificate);
  if (!signature || !body.id || !body.key) return Error::invalid_protobuf;
  const auto key = crypto::PublicKey::parse(*body.key);
  if (!key) return Error::invalid_key;
  return ServerCertificate{.id = *body.id, .key = *key, .certificate = *outer.certificate, .signature = *signature};
} catch (const protozero::exception&) {
  return Error::invalid_protobuf;
}

base::Blob ServerCertificate::serialize() const {
  std::string bytes;
  protozero::pbf_writer write(bytes);
  write.add_bytes(1, reinterpret_cast<const char*>(certificate.data()), certificate.size());
  write.add_bytes(2, reinterpret_cast<const char*>(signature.data()), signature.size());
  return base::blob(base::view(bytes));
}

}  // namespace sotto::relay

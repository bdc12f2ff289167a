#include "conformance/operations.hpp"
#include "crypto/xeddsa.hpp"
#include "protocol/fingerprint/fingerprint.hpp"

namespace sotto::conformance {

namespace json = boost::json;

namespace {

Answer sign(World& world, const Members& members) {
  TRY(const crypto::PrivateKey key, members.private_key("private"));
  TRY(const base::Blob message, members.bytes("message"));
  return json::object{{"signature", hex(crypto::sign(key, message, world.random))}};
}

Answer verify(World&, const Members& members) {
  TRY(const crypto::PublicKey key, members.public_key("public"));
  TRY(const base::Blob message, members.bytes("message"));
  TRY(const base::Blob signature, members.bytes("signature"));
  return json::object{{"valid", crypto::verify(key, message, signature)}};
}

Answer agree(World&, const Members& members) {
  TRY(const crypto::PrivateKey local, members.private_key("private"));
  TRY(const crypto::PublicKey remote, members.public_key("public"));
  CONFORM(const crypto::SharedSecret secret, crypto::agree(local, remote));
  return json::object{{"secret", hex(secret.expose())}};
}

struct End {
  base::Uuid identifier;
  crypto::PublicKey key;
};

Result<End> end(const Members& members, std::string_view name) {
  TRY(const Members whole, members.object(name));
  TRY(const base::Uuid identifier, whole.uuid("service_id"));
  TRY(const crypto::PublicKey key, whole.public_key("identity_key"));
  return End{identifier, key};
}

Answer fingerprint(World&, const Members& members) {
  TRY(const End local, end(members, "local"));
  TRY(const End remote, end(members, "remote"));
  TRY(const std::uint64_t version, members.number_or("version", 0xffff'ffff, protocol::Fingerprint::usual_version));
  TRY(const std::uint64_t iterations,
      members.number_or("iterations", 0xffff'ffff, protocol::Fingerprint::usual_iterations));
  CONFORM(const auto made,
          protocol::Fingerprint::compute({local.identifier.bytes, local.key}, {remote.identifier.bytes, remote.key},
                                         static_cast<std::uint32_t>(version), static_cast<std::uint32_t>(iterations)));
  return json::object{{"numeric", made.digits()}, {"scannable", hex(made.scannable())}};
}

}  // namespace

Operations key_operations() {
  return {{"key.sign", sign}, {"key.verify", verify}, {"key.agree", agree}, {"fingerprint", fingerprint}};
}

}  // namespace sotto::conformance

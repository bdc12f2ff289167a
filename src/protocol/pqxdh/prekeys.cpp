#include "protocol/pqxdh/prekeys.hpp"

#include <optional>

#include "relay/protobuf.hpp"

namespace sotto::protocol {
namespace {

// Of the three records below. Format 1 had no public keys, and reading a key pair cost as much as making it.
constexpr std::uint8_t format = 2, oldest_format = 1;

struct Fields {
  std::uint8_t written_as = format;
  std::optional<std::uint32_t> id;
  base::View private_key, signature, public_key;
  std::uint64_t created_ms = 0;
};

base::SecretBlob written(std::uint32_t id, base::View private_key, base::View signature, std::uint64_t created_ms,
                         base::View public_key) {
  base::Blob bytes;
  bytes.reserve(private_key.size() + signature.size() + public_key.size() + 40);  // a grown copy would not be wiped
  bytes.push_back(format);
  relay::FieldWriter write(bytes);
  write.uint64(1, id);
  write.bytes(2, private_key);
  if (!signature.empty()) write.bytes(3, signature);
  if (created_ms != 0) write.uint64(4, created_ms);
  if (!public_key.empty()) write.bytes(5, public_key);
  return base::SecretBlob(std::move(bytes));
}

Result<Fields> read(base::View bytes) {
  if (bytes.empty() || bytes[0] < oldest_format || bytes[0] > format) return Error::invalid_session;
  Fields fields;
  fields.written_as = bytes[0];
  bool is_known = true;
  const bool is_sound = relay::read_fields(bytes.subspan(1), [&](relay::Field& field) {
    switch (field.number()) {
      case 1:
        fields.id = field.uint32();
        break;
      case 2:
        fields.private_key = field.bytes();
        break;
      case 3:
        fields.signature = field.bytes();
        break;
      case 4:
        fields.created_ms = field.uint64();
        break;
      case 5:
        fields.public_key = field.bytes();
        break;
      default:
        is_known = false;
        field.skip();
    }
  });
  if (!is_sound || !is_known || !fields.id) return Error::invalid_session;
  return fields;
}

Result<crypto::KeyPair> key_pair(const Fields& fields) {
  auto secret = crypto::PrivateKey::parse(fields.private_key);
  if (!secret) return Error::invalid_session;
  if (fields.written_as == 1) return crypto::KeyPair(*std::move(secret));
  const auto open = crypto::PublicKey::parse(fields.public_key);
  if (!open || fields.public_key.size() != crypto::PublicKey::size) return Error::invalid_session;
  return crypto::KeyPair(*std::move(secret), *open);
}

}  // namespace

OneTimePreKey OneTimePreKey::generate(PreKeyId id, base::Random& random) {
  return {id, crypto::KeyPair::generate(random)};
}

base::SecretBlob OneTimePreKey::serialize() const {
  return written(id.value, keys.private_key.expose(), {}, 0, keys.public_key.serialize());
}

Result<OneTimePreKey> OneTimePreKey::parse(base::View bytes) {
  TRY(const Fields fields, read(bytes));
  TRY(crypto::KeyPair keys, key_pair(fields));
  return OneTimePreKey{PreKeyId(*fields.id), std::move(keys)};
}

SignedPreKey SignedPreKey::generate(SignedPreKeyId id, const crypto::PrivateKey& identity, std::uint64_t created_ms,
                                    base::Random& random) {
  crypto::KeyPair keys = crypto::KeyPair::generate(random);
  const crypto::Signature signature = crypto::sign(identity, keys.public_key.serialize(), random);
  return {id, std::move(keys), signature, created_ms};
}

base::SecretBlob SignedPreKey::serialize() const {
  return written(id.value, keys.private_key.expose(), signature, created_ms, keys.public_key.serialize());
}

Result<SignedPreKey> SignedPreKey::parse(base::View bytes) {
  TRY(const Fields fields, read(bytes));
  TRY(crypto::KeyPair keys, key_pair(fields));
  const auto signature = base::fixed<64>(fields.signature);
  if (!signature) return Error::invalid_session;
  return SignedPreKey{SignedPreKeyId(*fields.id), std::move(keys), *signature, fields.created_ms};
}

KyberPreKey KyberPreKey::generate(KyberPreKeyId id, const crypto::PrivateKey& identity, std::uint64_t created_ms,
                                  base::Random& random) {
  crypto::KyberKeyPair keys = crypto::KyberKeyPair::generate(random);
  const crypto::Signature signature = crypto::sign(identity, keys.public_key.serialize(), random);
  return {id, std::move(keys), signature, created_ms};
}

base::SecretBlob KyberPreKey::serialize() const {
  return written(id.value, keys.secret_key.expose(), signature, created_ms, {});  // its public half is inside
}

Result<KyberPreKey> KyberPreKey::parse(base::View bytes) {
  TRY(const Fields fields, read(bytes));
  auto key = crypto::KyberSecretKey::parse(fields.private_key);
  const auto signature = base::fixed<64>(fields.signature);
  if (!key || !signature) return Error::invalid_session;
  crypto::KyberPublicKey open = key->public_key();
  return KyberPreKey{KyberPreKeyId(*fields.id), {*std::move(key), std::move(open)}, *signature, fields.created_ms};
}

}  // namespace sotto::protocol

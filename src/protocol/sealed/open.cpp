#include "protocol/sealed/open.hpp"

#include "crypto/equal.hpp"
#include "protocol/sealed/version_1.hpp"
#include "protocol/sealed/version_2.hpp"
#include "relay/protobuf.hpp"

namespace sotto::protocol {
namespace {

using Opened = Result<UnidentifiedSenderMessageContent>;

Result<crypto::PublicKey> parse_key(base::View bytes) {
  const auto key = crypto::PublicKey::parse(bytes);
  if (!key) return from_crypto(key.error());
  return *key;
}

Result<crypto::SharedSecret> agree(const crypto::KeyPair& local, const crypto::PublicKey& remote) {
  return static_agreement(local, remote, {});
}

// --- version 1, §8.3

struct FirstVersion {
  std::optional<base::View> ephemeral, encrypted_static, encrypted_message;
};

Result<FirstVersion> read(base::View bytes) {
  FirstVersion fields;
  const bool is_sound = relay::read_fields(bytes, [&](relay::Field& field) {
    switch (field.number()) {
      case 1:
        fields.ephemeral = field.bytes();
        break;
      case 2:
        fields.encrypted_static = field.bytes();
        break;
      case 3:
        fields.encrypted_message = field.bytes();
        break;
      default:
        field.skip();
    }
  });
  if (!is_sound || !fields.ephemeral || !fields.encrypted_static || !fields.encrypted_message) {
    return Error::invalid_message;
  }
  return fields;
}

Opened open_first_version(base::View bytes, const crypto::KeyPair& local, const KnownAgreements& known) {
  TRY(const FirstVersion fields, read(bytes.subspan(1)));
  TRY(const crypto::PublicKey ephemeral, parse_key(*fields.ephemeral));
  TRY(const crypto::SharedSecret agreed, agree(local, ephemeral));
  const sealed_v1::LayerKeys outer = sealed_v1::outer_keys(agreed, local.public_key, ephemeral);
  const auto sender_bytes = sealed_v1::open_layer(outer, *fields.encrypted_static);
  if (!sender_bytes) return Error::invalid_message;

  TRY(const crypto::PublicKey sender, parse_key(*sender_bytes));
  TRY(const crypto::SharedSecret static_agreed, static_agreement(local, sender, known));
  const auto inner = sealed_v1::inner_keys(static_agreed, outer.chain, *fields.encrypted_static);
  const auto content_bytes = sealed_v1::open_layer(inner, *fields.encrypted_message);
  if (!content_bytes) return Error::invalid_message;

  TRY(UnidentifiedSenderMessageContent content, UnidentifiedSenderMessageContent::parse(*content_bytes));
  // All bytes that were sealed, not the key that was read from them: a longer field is another one.
  if (!crypto::equal(*sender_bytes, content.sender.identity_key.serialize())) return Error::invalid_message;
  return content;
}

// --- version 2, §8.5

constexpr std::size_t min_second_version = 1 + 32 + 16 + 32;

Opened open_second_version(base::View bytes, const crypto::KeyPair& local, const KnownAgreements& known) {
  using namespace sealed_v2;
  if (bytes.size() < min_second_version) return Error::invalid_message;
  const MaskedSecret masked = *base::fixed<32>(bytes.subspan(1, 32));
  const base::View tag = bytes.subspan(33, tag_size);
  const crypto::PublicKey ephemeral(*base::fixed<32>(bytes.subspan(49, ephemeral_size)));
  const base::View ciphertext = bytes.subspan(min_second_version);

  const Share share{ephemeral, local.public_key};
  TRY(const crypto::SharedSecret agreed, agree(local, ephemeral));
  const MessageSecret secret = unmask(masked, agreed, share);
  if (!crypto::equal(ephemeral_of(secret).public_key.u(), ephemeral.u())) return Error::invalid_message;
  const auto content_bytes = crypto::aead::open(cipher_key_of(secret).expose(), zero_nonce, ciphertext, {});
  if (!content_bytes) return Error::invalid_message;

  TRY(UnidentifiedSenderMessageContent content, UnidentifiedSenderMessageContent::parse(*content_bytes));
  const crypto::PublicKey& sender = content.sender.identity_key;
  TRY(const crypto::SharedSecret static_agreed, static_agreement(local, sender, known));
  if (!crypto::equal(authentication_tag(static_agreed, masked, sender, share), tag)) return Error::invalid_message;
  return content;
}

}  // namespace

Opened open_sealed(base::View bytes, const crypto::KeyPair& local, const KnownAgreements& known) {
  if (bytes.empty()) return Error::invalid_message;
  switch (bytes[0] >> 4) {  // §8.4: of the version byte the low nibble is never looked at
    case 0:
    case 1:
      return open_first_version(bytes, local, known);
    case 2:
      return open_second_version(bytes, local, known);
    default:
      return Error::invalid_message;
  }
}

}  // namespace sotto::protocol

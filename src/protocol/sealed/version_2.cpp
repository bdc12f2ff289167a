#include "protocol/sealed/version_2.hpp"

#include "crypto/hkdf.hpp"

namespace sotto::protocol::sealed_v2 {
namespace {

using EphemeralSeed = base::Secret<struct SealedEphemeralSeedTag, 32>;  // r
using Mask = base::Secret<struct SealedMaskTag, 32>;

constexpr auto ephemeral_label = "Sealed Sender v2: r (2023-08)";
constexpr auto key_label = "Sealed Sender v2: K";
constexpr auto mask_label = "Sealed Sender v2: DH";
constexpr auto tag_label = "Sealed Sender v2: DH-sender";

// On the wire E is 32 bytes, in here it has its type byte (§13, pitfall 11).
Mask mask_of(const crypto::SharedSecret& agreed, const Share& share) {
  const base::SecretBlob input(
      base::concat({agreed.expose(), share.ephemeral.serialize(), share.recipient.serialize()}));
  return crypto::hkdf_sha256<Mask>({}, input.expose(), base::view(mask_label));
}

void exclusive_or(base::View left, base::View right, std::span<std::uint8_t, 32> out) {
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::uint8_t>(left[i] ^ right[i]);
}

}  // namespace

crypto::KeyPair ephemeral_of(const MessageSecret& secret) {
  const auto r = crypto::hkdf_sha256<EphemeralSeed>({}, secret.expose(), base::view(ephemeral_label));
  return crypto::KeyPair(crypto::PrivateKey(r.expose()));
}

CipherKey cipher_key_of(const MessageSecret& secret) {
  return crypto::hkdf_sha256<CipherKey>({}, secret.expose(), base::view(key_label));
}

MaskedSecret mask(const MessageSecret& secret, const crypto::SharedSecret& agreed, const Share& share) {
  MaskedSecret masked;
  exclusive_or(secret.expose(), mask_of(agreed, share).expose(), masked);
  return masked;
}

MessageSecret unmask(const MaskedSecret& masked, const crypto::SharedSecret& agreed, const Share& share) {
  return MessageSecret::made_by(
      [&](std::span<std::uint8_t, 32> out) { exclusive_or(masked, mask_of(agreed, share).expose(), out); });
}

AuthenticationTag authentication_tag(const crypto::SharedSecret& agreed, const MaskedSecret& masked,
                                     const crypto::PublicKey& sender, const Share& share) {
  using Tag = base::Secret<struct SealedTagTag, tag_size>;
  const base::SecretBlob input(base::concat(
      {agreed.expose(), share.ephemeral.serialize(), masked, sender.serialize(), share.recipient.serialize()}));
  const auto tag = crypto::hkdf_sha256<Tag>({}, input.expose(), base::view(tag_label));
  return *base::fixed<tag_size>(tag.expose());
}

}  // namespace sotto::protocol::sealed_v2

#include "protocol/sealed/version_1.hpp"

#include "crypto/aes.hpp"
#include "crypto/equal.hpp"
#include "crypto/hkdf.hpp"

namespace sotto::protocol::sealed_v1 {
namespace {

LayerKeys layer_keys(base::View salt, const crypto::SharedSecret& agreed) {
  auto [chain, cipher_key, mac_key] =
      crypto::hkdf_sha256<ChainSecret, CipherKey, MacKey>(salt, agreed.expose(), base::View());
  return {std::move(chain), std::move(cipher_key), std::move(mac_key)};
}

base::Bytes<mac_size> mac_of(const LayerKeys& keys, base::View ciphertext) {
  const auto whole = crypto::hmac_sha256<base::Bytes<32>>(keys.mac_key.expose(), ciphertext);
  return *base::fixed<mac_size>(base::View(whole).first(mac_size));
}

constexpr base::Bytes<16> zero_iv{};  // each key serves one message

}  // namespace

LayerKeys outer_keys(const crypto::SharedSecret& agreed, const crypto::PublicKey& recipient,
                     const crypto::PublicKey& ephemeral) {
  return layer_keys(base::concat({base::view("UnidentifiedDelivery"), recipient.serialize(), ephemeral.serialize()}),
                    agreed);
}

LayerKeys inner_keys(const crypto::SharedSecret& agreed, const ChainSecret& chain, base::View encrypted_static) {
  const base::SecretBlob salt(base::concat({chain.expose(), encrypted_static}));
  return layer_keys(salt.expose(), agreed);
}

base::Blob seal_layer(const LayerKeys& keys, base::View plaintext) {
  base::Blob sealed = crypto::aes256_ctr(keys.cipher_key.expose(), zero_iv, plaintext);
  const auto mac = mac_of(keys, sealed);
  sealed.insert(sealed.end(), mac.begin(), mac.end());
  return sealed;
}

std::optional<base::Blob> open_layer(const LayerKeys& keys, base::View sealed) {
  if (sealed.size() < mac_size) return std::nullopt;
  const base::View ciphertext = sealed.first(sealed.size() - mac_size);
  if (!crypto::equal(mac_of(keys, ciphertext), sealed.last(mac_size))) return std::nullopt;
  return crypto::aes256_ctr(keys.cipher_key.expose(), zero_iv, ciphertext);
}

}  // namespace sotto::protocol::sealed_v1

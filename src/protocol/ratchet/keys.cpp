#include "protocol/ratchet/keys.hpp"

#include "crypto/hkdf.hpp"

namespace sotto::protocol {

MessageSeed seed(const ChainKey& ck) { return crypto::hmac_sha256<MessageSeed>(ck.expose(), base::Bytes<1>{0x01}); }
ChainKey next(const ChainKey& ck) { return crypto::hmac_sha256<ChainKey>(ck.expose(), base::Bytes<1>{0x02}); }

Step step_of(const ChainKey& ck) {
  const crypto::HmacSha256Key key(ck.expose());
  return {key.mac<MessageSeed>(base::Bytes<1>{0x01}), key.mac<ChainKey>(base::Bytes<1>{0x02})};
}

MessageKeys message_keys(const MessageSeed& seed, const spqr::MessageKey& spqr_key) {
  auto [cipher_key, mac_key, iv] =
      crypto::hkdf_sha256<CipherKey, MacKey, Iv>(spqr_key.expose(), seed.expose(), base::view("WhisperMessageKeys"));
  return {std::move(cipher_key), std::move(mac_key), std::move(iv)};
}

RootStep root_step(const RootKey& root_key, const crypto::SharedSecret& agreed) {
  auto [next_root, chain] =
      crypto::hkdf_sha256<RootKey, ChainKey>(root_key.expose(), agreed.expose(), base::view("WhisperRatchet"));
  return {std::move(next_root), std::move(chain)};
}

}  // namespace sotto::protocol

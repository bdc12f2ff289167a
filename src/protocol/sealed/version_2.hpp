#pragma once
#include "crypto/aead.hpp"
#include "crypto/curve25519.hpp"

// What sealing and opening of sealed sender version 2 share (signal-protocol.md §8.5).
namespace sotto::protocol::sealed_v2 {

constexpr std::uint8_t sent_version_byte = 0x23;
constexpr std::size_t ephemeral_size = 32, tag_size = 16;
constexpr crypto::aead::Nonce zero_nonce{};  // each key serves one message

using MessageSecret = base::Secret<struct SealedMessageSecretTag, 32>;  // M: whoever knows it can open the message
using CipherKey = base::Secret<struct SealedMessageKeyTag, 32>;         // K
using MaskedSecret = base::Bytes<32>;                                   // C: M for one recipient
using AuthenticationTag = base::Bytes<tag_size>;                        // AT: that the certified sender made C

/// E, made from r, so that who knows M can check that there is one E for all recipients.
crypto::KeyPair ephemeral_of(const MessageSecret& secret);
CipherKey cipher_key_of(const MessageSecret& secret);

/// The two public ends of one recipient's share.
struct Share {
  const crypto::PublicKey& ephemeral;
  const crypto::PublicKey& recipient;
};

/// C from M with DH(E, R), and back.
MaskedSecret mask(const MessageSecret& secret, const crypto::SharedSecret& agreed, const Share& share);
MessageSecret unmask(const MaskedSecret& masked, const crypto::SharedSecret& agreed, const Share& share);

/// AT, with DH(S, R).
AuthenticationTag authentication_tag(const crypto::SharedSecret& agreed, const MaskedSecret& masked,
                                     const crypto::PublicKey& sender, const Share& share);

}  // namespace sotto::protocol::sealed_v2

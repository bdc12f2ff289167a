#pragma once
#include "base/bytes.hpp"
#include "crypto/error.hpp"

namespace sotto::crypto {

using AesKeyView = std::span<const std::uint8_t, 32>;  // of whichever Secret the caller's protocol calls it
using AesBlockView = std::span<const std::uint8_t, 16>;

/// AES-256-CBC with PKCS#7 padding (signal-protocol.md §1.7).
base::Blob aes256_cbc_encrypt(AesKeyView key, AesBlockView iv, base::View plaintext);

/// The plaintext; only ever after the MAC or signature was found good.
///
/// errors  bad_ciphertext_length  empty, or not a multiple of 16
///         not_authentic          bad padding
Result<base::Blob> aes256_cbc_decrypt(AesKeyView key, AesBlockView iv, base::View ciphertext);

/// AES-256-CTR, both directions: the last four bytes of `iv` count blocks, big-endian.
base::Blob aes256_ctr(AesKeyView key, AesBlockView iv, base::View text);

}  // namespace sotto::crypto

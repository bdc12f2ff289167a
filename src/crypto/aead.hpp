#pragma once
#include "base/bytes.hpp"
#include "crypto/error.hpp"

namespace sotto::crypto {

/// AES-256-GCM-SIV (RFC 8452), for what we seal ourselves: a nonce used twice tells only whether two texts are equal.
namespace aead {

using KeyView = std::span<const std::uint8_t, 32>;
using Nonce = base::Bytes<12>;
constexpr std::size_t tag_size = 16;

/// The ciphertext, then the tag.
base::Blob seal(KeyView key, const Nonce& nonce, base::View plaintext, base::View associated);

/// errors  not_authentic  sealed with another key or nonce, for other associated bytes, changed, or too short
Result<base::Blob> open(KeyView key, const Nonce& nonce, base::View sealed, base::View associated);

}  // namespace aead
}  // namespace sotto::crypto

#pragma once
#include "crypto/hash.hpp"

namespace sotto::crypto {

/// HMAC of all parts, written in place.
void hmac_sha256_into(std::span<std::uint8_t, 32> out, base::View key, Parts parts);
void hmac_sha512_into(std::span<std::uint8_t, 64> out, base::View key, Parts parts);

/// HMAC as the caller's own type: a 32-byte Secret, filled in place, or Bytes<32> for what is not secret.
template <class T>
T hmac_sha256(base::View key, const auto&... parts) {
  if constexpr (requires { T::made_by([](std::span<std::uint8_t, 32>) {}); }) {
    return T::made_by([&](std::span<std::uint8_t, 32> out) { hmac_sha256_into(out, key, {base::View(parts)...}); });
  } else {
    T out;
    hmac_sha256_into(out, key, {base::View(parts)...});
    return out;
  }
}

}  // namespace sotto::crypto

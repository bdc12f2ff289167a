#pragma once
#include <tuple>

#include "base/secret.hpp"
#include "crypto/hmac.hpp"

namespace sotto::crypto {

/// HKDF-SHA-256 (RFC 5869), extract then expand, at most 8,160 bytes. An empty salt is the RFC's 32 zero bytes.
void hkdf_sha256_into(std::span<std::uint8_t> out, base::View salt, base::View ikm, base::View info);

/// HKDF-SHA-256 cut into the caller's secrets, in order: `auto [root, chain] = hkdf_sha256<RootKey, ChainKey>(…)`.
/// One type alone comes back as itself.
template <class... Secrets>
auto hkdf_sha256(base::View salt, base::View ikm, base::View info) {
  constexpr std::size_t size = (Secrets::size + ...);
  const auto okm = base::Secret<struct OutputKeyingMaterialTag, size>::made_by(
      [&](std::span<std::uint8_t, size> out) { hkdf_sha256_into(out, salt, ikm, info); });
  std::size_t from = 0;
  const auto cut = [&]<class T>() {
    const auto piece = base::View(okm.expose()).subspan(from, T::size);
    from += T::size;
    return T(std::span<const std::uint8_t, T::size>(piece));
  };
  if constexpr (sizeof...(Secrets) == 1) {
    return cut.template operator()<Secrets...>();
  } else {
    return std::tuple<Secrets...> { cut.template operator()<Secrets>()... };  // braces: from left to right
  }
}

}  // namespace sotto::crypto

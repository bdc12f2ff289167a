#pragma once
#include "crypto/hash.hpp"

namespace sotto::crypto {

/// HMAC of all parts, written in place.
void hmac_sha256_into(std::span<std::uint8_t, 32> out, base::View key, Parts parts);
void hmac_sha512_into(std::span<std::uint8_t, 64> out, base::View key, Parts parts);

namespace detail {

template <class T>
T filled(auto&& write) {  // a Secret in place, or Bytes<32> for what is not secret
  if constexpr (requires { T::made_by(write); }) {
    return T::made_by(write);
  } else {
    T out;
    write(std::span<std::uint8_t, 32>(out));
    return out;
  }
}

}  // namespace detail

/// HMAC as the caller's own type: a 32-byte Secret, filled in place, or Bytes<32> for what is not secret.
template <class T>
T hmac_sha256(base::View key, const auto&... parts) {
  return detail::filled<T>(
      [&](std::span<std::uint8_t, 32> out) { hmac_sha256_into(out, key, {base::View(parts)...}); });
}

/// A key that makes several MACs: what of it the hash sees first is hashed once. Wiped when it dies.
class HmacSha256Key {
 public:
  explicit HmacSha256Key(base::View key);
  HmacSha256Key(const HmacSha256Key&) = delete;
  HmacSha256Key& operator=(const HmacSha256Key&) = delete;
  ~HmacSha256Key();

  void mac_into(std::span<std::uint8_t, 32> out, Parts parts) const;
  template <class T>
  T mac(const auto&... parts) const {
    return detail::filled<T>([&](std::span<std::uint8_t, 32> out) { mac_into(out, {base::View(parts)...}); });
  }

 private:
  std::array<std::uint32_t, 16> after_;  // SHA-256 after the key's inner block, and after its outer one
};

}  // namespace sotto::crypto

#pragma once
#include "base/secret.hpp"
#include "crypto/error.hpp"

namespace sotto::crypto {

/// Argon2id version 1.3 (RFC 9106) with one lane.
///
/// passes, memory  at least 1, and at least 8 KiB; memory in bytes, rounded down to KiB
/// errors          out_of_memory  the memory could not be had
Result<void> argon2id_into(std::span<std::uint8_t> out, base::View passphrase, std::span<const std::uint8_t, 16> salt,
                           unsigned passes, std::size_t memory);

/// The same as the caller's own Secret.
template <class T>
Result<T> argon2id(base::View passphrase, std::span<const std::uint8_t, 16> salt, unsigned passes, std::size_t memory) {
  Result<void> done;
  T made =
      T::made_by([&](std::span<std::uint8_t> out) { done = argon2id_into(out, passphrase, salt, passes, memory); });
  if (!done) return done.error();
  return made;
}

}  // namespace sotto::crypto

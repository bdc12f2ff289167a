#include "crypto/argon2id.hpp"

#include <sodium.h>

#include "base/check.hpp"

namespace sotto::crypto {

static_assert(crypto_pwhash_argon2id_SALTBYTES == 16);

Result<void> argon2id_into(std::span<std::uint8_t> out, base::View passphrase, std::span<const std::uint8_t, 16> salt,
                           unsigned passes, std::size_t memory) {
  CHECK(sodium_init() >= 0);
  CHECK(out.size() >= crypto_pwhash_argon2id_BYTES_MIN && passes >= crypto_pwhash_argon2id_OPSLIMIT_MIN &&
        memory >= crypto_pwhash_argon2id_MEMLIMIT_MIN);
  const auto* text = passphrase.empty() ? "" : reinterpret_cast<const char*>(passphrase.data());  // never null
  if (crypto_pwhash_argon2id(out.data(), out.size(), text, passphrase.size(), salt.data(), passes, memory,
                             crypto_pwhash_argon2id_ALG_ARGON2ID13) != 0) {
    return Error::out_of_memory;
  }
  return {};
}

}  // namespace sotto::crypto

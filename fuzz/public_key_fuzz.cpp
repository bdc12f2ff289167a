// room: crypto
#include "base/check.hpp"
#include "crypto/kyber1024.hpp"
#include "crypto/xeddsa.hpp"

using namespace sotto;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const base::View input(bytes, size);
  if (const auto key = crypto::PublicKey::parse(input)) {
    CHECK(base::same(key->serialize(), input.first(33)));
    static_cast<void>(crypto::is_canonical(*key));
    static_cast<void>(crypto::verify(*key, {}, input.subspan(33)));
  }
  if (const auto key = crypto::KyberPublicKey::parse(input)) CHECK(base::same(key->serialize(), input));
  if (const auto key = crypto::KyberSecretKey::parse(input)) CHECK(base::same(key->expose(), input));
  if (const auto sealed = crypto::KyberCiphertext::parse(input)) CHECK(base::same(sealed->serialize(), input));
  return 0;
}

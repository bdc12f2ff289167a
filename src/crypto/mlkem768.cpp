#include "crypto/mlkem768.hpp"

#include <openssl/base.h>

#include "base/check.hpp"
#include "crypto/awslc/mlkem.h"

namespace sotto::crypto::mlkem768 {

KeyPair from_seed(const Seed& seed) {
  PublicKey open;
  SecretKey secret = SecretKey::made_by([&](auto out) {
    std::size_t public_size = open.size(), secret_size = out.size();
    CHECK(ml_kem_768_keypair_deterministic(open.data(), &public_size, out.data(), &secret_size, seed.expose().data()) ==
          0);
  });
  return {std::move(secret), open};
}

KeyPair generate(base::Random& random) {
  return from_seed(Seed::made_by([&](auto out) { random.fill(out); }));
}

Result<Encapsulation> encapsulate(const PublicKey& key, base::Random& random) {
  const auto message = SharedSecret::made_by([&](auto out) { random.fill(out); });
  Ciphertext ciphertext;
  bool is_refused = false;
  SharedSecret secret = SharedSecret::made_by([&](auto out) {
    std::size_t ciphertext_size = ciphertext.size(), secret_size = out.size();
    is_refused = ml_kem_768_encapsulate_deterministic(ciphertext.data(), &ciphertext_size, out.data(), &secret_size,
                                                      key.data(), message.expose().data()) != 0;
  });
  if (is_refused) return Error::bad_key;
  return Encapsulation{ciphertext, std::move(secret)};
}

Result<SharedSecret> decapsulate(const SecretKey& key, const Ciphertext& ciphertext) {
  bool is_refused = false;
  SharedSecret secret = SharedSecret::made_by([&](auto out) {
    std::size_t size = out.size();
    is_refused = ml_kem_768_decapsulate(out.data(), &size, ciphertext.data(), key.expose().data()) != 0;
  });
  if (is_refused) return Error::bad_key;
  return secret;
}

}  // namespace sotto::crypto::mlkem768

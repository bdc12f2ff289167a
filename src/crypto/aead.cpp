#include "crypto/aead.hpp"

#include <openssl/aead.h>
#include <openssl/err.h>

#include <memory>

#include "base/check.hpp"

namespace sotto::crypto::aead {
namespace {

struct Free {
  void operator()(EVP_AEAD_CTX* context) const { EVP_AEAD_CTX_free(context); }
};

std::unique_ptr<EVP_AEAD_CTX, Free> keyed(KeyView key) {
  std::unique_ptr<EVP_AEAD_CTX, Free> context(
      EVP_AEAD_CTX_new(EVP_aead_aes_256_gcm_siv(), key.data(), key.size(), tag_size));
  CHECK(context != nullptr);
  return context;
}

}  // namespace

base::Blob seal(KeyView key, const Nonce& nonce, base::View plaintext, base::View associated) {
  base::Blob sealed(plaintext.size() + tag_size);
  std::size_t size = 0;
  CHECK(EVP_AEAD_CTX_seal(keyed(key).get(), sealed.data(), &size, sealed.size(), nonce.data(), nonce.size(),
                          plaintext.data(), plaintext.size(), associated.data(), associated.size()) == 1);
  CHECK(size == sealed.size());
  return sealed;
}

Result<base::Blob> open(KeyView key, const Nonce& nonce, base::View sealed, base::View associated) {
  if (sealed.size() < tag_size) return Error::not_authentic;
  base::Blob plaintext(sealed.size());
  std::size_t size = 0;
  const int opened =
      EVP_AEAD_CTX_open(keyed(key).get(), plaintext.data(), &size, plaintext.size(), nonce.data(), nonce.size(),
                        sealed.data(), sealed.size(), associated.data(), associated.size());
  if (opened != 1) {
    ERR_clear_error();
    return Error::not_authentic;
  }
  plaintext.resize(size);
  return plaintext;
}

}  // namespace sotto::crypto::aead

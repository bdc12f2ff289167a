// The headers and the library of the system's OpenSSL, and our AWS-LC behind sotto_crypto, in one process.
#include <gtest/gtest.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/ssl.h>

#include "crypto/hmac.hpp"
#include "crypto/start.hpp"
#include "crypto/xeddsa.hpp"
#include "support/seeded_random.hpp"

namespace sotto::crypto {
namespace {

TEST(BesideTheSystemsOpenSsl, ATlsContextAndOurHmacLiveInOneProcess) {
  ASSERT_TRUE(start());
  EXPECT_EQ(std::string_view(OpenSSL_version(OPENSSL_VERSION)).substr(0, 7), "OpenSSL");  // theirs, not AWS-LC

  SSL_CTX* context = SSL_CTX_new(TLS_method());  // crashes when libssl is bound to another libcrypto
  ASSERT_NE(context, nullptr);
  SSL* connection = SSL_new(context);
  ASSERT_NE(connection, nullptr);

  const base::Bytes<32> key{1, 2, 3};
  base::Bytes<32> theirs;
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), key.size(), key.data(), key.size(), theirs.data(), &size);
  EXPECT_EQ((hmac_sha256<base::Bytes<32>>(key, key)), theirs);

  test::SeededRandom random(7);
  const PrivateKey signer = PrivateKey::generate(random);
  EXPECT_TRUE(verify(signer.public_key(), key, sign(signer, key, random)));

  SSL_free(connection);
  SSL_CTX_free(context);
}

TEST(BesideTheSystemsOpenSsl, BothAgreeOnX25519) {
  test::SeededRandom random(8);
  const PrivateKey local = PrivateKey::generate(random), remote = PrivateKey::generate(random);
  EVP_PKEY* ours = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, local.expose().data(), 32);
  EVP_PKEY* theirs = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, remote.public_key().u().data(), 32);
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new(ours, nullptr);
  base::Bytes<32> secret;
  std::size_t size = secret.size();
  ASSERT_EQ(EVP_PKEY_derive_init(context), 1);
  ASSERT_EQ(EVP_PKEY_derive_set_peer(context, theirs), 1);
  ASSERT_EQ(EVP_PKEY_derive(context, secret.data(), &size), 1);
  EXPECT_TRUE(base::same(agree(local, remote.public_key())->expose(), secret));
  EVP_PKEY_CTX_free(context);
  EVP_PKEY_free(theirs);
  EVP_PKEY_free(ours);
}

}  // namespace
}  // namespace sotto::crypto

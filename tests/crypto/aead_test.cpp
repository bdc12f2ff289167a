#include "crypto/aead.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/encoding.hpp"
#include "crypto/aes.hpp"

namespace sotto::crypto {
namespace {

RC_GTEST_PROP(Aead, OpensWhatItSealedAndNothingElse, (const base::Blob& text, const base::Blob& associated)) {
  const base::Bytes<32> key{9};
  const aead::Nonce nonce{3};
  base::Blob sealed = aead::seal(key, nonce, text, associated);
  RC_ASSERT(*aead::open(key, nonce, sealed, associated) == text);

  const auto at = *rc::gen::inRange<std::size_t>(0, sealed.size());
  sealed[at] ^= 1;
  RC_ASSERT(aead::open(key, nonce, sealed, associated).error() == Error::not_authentic);
}

TEST(Aead, RefusesWhatIsShorterThanATag) {
  const base::Bytes<32> key{};
  EXPECT_EQ(aead::open(key, {}, base::Blob(15), {}).error(), Error::not_authentic);
}

RC_GTEST_PROP(Aes256Cbc, DecryptsWhatItEncrypted, (const base::Blob& text)) {
  const base::Bytes<32> key{1};
  const base::Bytes<16> iv{2};
  const base::Blob sealed = aes256_cbc_encrypt(key, iv, text);
  RC_ASSERT(sealed.size() == (text.size() / 16 + 1) * 16);
  RC_ASSERT(*aes256_cbc_decrypt(key, iv, sealed) == text);
}

TEST(Aes256Cbc, RefusesTornCiphertexts) {
  const base::Bytes<32> key{1};
  const base::Bytes<16> iv{};
  EXPECT_EQ(aes256_cbc_decrypt(key, iv, {}).error(), Error::bad_ciphertext_length);
  EXPECT_EQ(aes256_cbc_decrypt(key, iv, base::Blob(17)).error(), Error::bad_ciphertext_length);
}

// NIST SP 800-38A, F.5.5
TEST(Aes256Ctr, IsAsPublished) {
  const auto key =
      *base::fixed<32>(*base::from_hex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"));
  const auto iv = *base::fixed<16>(*base::from_hex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"));
  const auto text = *base::from_hex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");
  const base::Blob sealed = aes256_ctr(key, iv, text);
  EXPECT_EQ(base::to_hex(sealed), "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5");
  EXPECT_EQ(aes256_ctr(key, iv, sealed), text);
}

}  // namespace
}  // namespace sotto::crypto

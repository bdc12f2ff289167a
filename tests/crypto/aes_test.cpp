#include "crypto/aes.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace sotto::crypto {
namespace {

const base::Bytes<32> key{1, 2, 3};
const base::Bytes<16> iv{4, 5, 6};

// A ciphertext that decrypts to exactly `text`, whatever its last bytes are: without the block that padding adds.
base::Blob encrypted_unpadded(const base::Blob& text) {
  base::Blob ciphertext = aes256_cbc_encrypt(key, iv, text);
  ciphertext.resize(text.size());
  return ciphertext;
}

bool is_padded(const base::Blob& text) {  // by the definition
  const std::size_t size = text.back();
  return size >= 1 && size <= 16 &&
         std::ranges::all_of(base::View(text).last(size), [&](std::uint8_t byte) { return byte == size; });
}

TEST(AesCbc, TakesThePaddingAwayAndRefusesWhatIsNone) {
  for (unsigned last = 0; last < 256; ++last) {
    for (unsigned good = 0; good <= 32; ++good) {  // so many bytes before the end are as the last one
      base::Blob text(32, 0xEE);
      std::fill_n(text.rbegin(), good, static_cast<std::uint8_t>(last));
      text.back() = static_cast<std::uint8_t>(last);
      const auto decrypted = aes256_cbc_decrypt(key, iv, encrypted_unpadded(text));
      ASSERT_EQ(decrypted.has_value(), is_padded(text)) << last << " with " << good;
      if (decrypted) {
        EXPECT_TRUE(base::same(*decrypted, base::View(text).first(text.size() - last)));
      } else {
        EXPECT_EQ(decrypted.error(), Error::not_authentic);
      }
    }
  }
}

TEST(AesCbc, RefusesWhatIsNoWholeNumberOfBlocks) {
  for (const std::size_t size : {0u, 1u, 15u, 17u, 31u}) {
    EXPECT_EQ(aes256_cbc_decrypt(key, iv, base::Blob(size)).error(), Error::bad_ciphertext_length);
  }
}

}  // namespace
}  // namespace sotto::crypto

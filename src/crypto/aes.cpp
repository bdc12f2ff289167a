#include "crypto/aes.hpp"

#include <openssl/aes.h>
#include <openssl/mem.h>

#include "base/check.hpp"
#include "base/secret.hpp"
#include "crypto/verdict.hpp"

namespace sotto::crypto {
namespace {

constexpr std::size_t block = 16;

struct Schedule {
  AES_KEY key;
  Schedule() = default;
  Schedule(const Schedule&) = delete;
  Schedule& operator=(const Schedule&) = delete;
  ~Schedule() { OPENSSL_cleanse(&key, sizeof key); }
};

base::Bytes<block> copy_of(AesBlockView iv) {  // AWS-LC steps it forward in place
  base::Bytes<block> copy;
  std::ranges::copy(iv, copy.begin());
  return copy;
}

// 1 … 16, or 0 for bytes that are no padding (PKCS#7). Which of them are wrong is nobody's business, so that no branch
// depends on the text; not inlined, so that valgrind can tell this from what is done with the answer.
[[gnu::noinline]] unsigned padding_of(base::View text) {
  constexpr unsigned most = block;
  const unsigned padding = text.back();
  unsigned wrong = (padding - 1) & ~(most - 1);  // zero for 1 … 16
  for (unsigned i = 1; i <= most; ++i) {
    const unsigned is_padding = (i - padding - 1) >> 31;  // 1 where i <= padding
    wrong |= (0 - is_padding) & (text[text.size() - i] ^ padding);
  }
  const unsigned is_wrong = (wrong | (0 - wrong)) >> 31;
  return padding & (is_wrong - 1);
}

}  // namespace

base::Blob aes256_cbc_encrypt(AesKeyView key, AesBlockView iv, base::View plaintext) {
  const std::size_t padding = block - plaintext.size() % block;
  base::Blob text;
  text.reserve(plaintext.size() + padding);
  text.assign(plaintext.begin(), plaintext.end());
  text.resize(plaintext.size() + padding, static_cast<std::uint8_t>(padding));

  Schedule schedule;
  CHECK(AES_set_encrypt_key(key.data(), 256, &schedule.key) == 0);
  base::Bytes<block> chained = copy_of(iv);
  AES_cbc_encrypt(text.data(), text.data(), text.size(), &schedule.key, chained.data(), AES_ENCRYPT);
  return text;
}

Result<base::Blob> aes256_cbc_decrypt(AesKeyView key, AesBlockView iv, base::View ciphertext) {
  if (ciphertext.empty() || ciphertext.size() % block != 0) return Error::bad_ciphertext_length;
  Schedule schedule;
  CHECK(AES_set_decrypt_key(key.data(), 256, &schedule.key) == 0);
  base::Bytes<block> chained = copy_of(iv);
  base::Blob text(ciphertext.size());
  AES_cbc_encrypt(ciphertext.data(), text.data(), text.size(), &schedule.key, chained.data(), AES_DECRYPT);

  const unsigned padding = verdict(padding_of(text));
  if (padding == 0) {
    OPENSSL_cleanse(text.data(), text.size());
    return Error::not_authentic;
  }
  text.erase(text.end() - static_cast<std::ptrdiff_t>(padding), text.end());
  return text;
}

base::Blob aes256_ctr(AesKeyView key, AesBlockView iv, base::View text) {
  Schedule schedule;
  CHECK(AES_set_encrypt_key(key.data(), 256, &schedule.key) == 0);
  base::Bytes<block> counter = copy_of(iv), stream{};
  unsigned used = 0;
  base::Blob out(text.size());
  AES_ctr128_encrypt(text.data(), out.data(), text.size(), &schedule.key, counter.data(), stream.data(), &used);
  OPENSSL_cleanse(stream.data(), stream.size());
  return out;
}

}  // namespace sotto::crypto

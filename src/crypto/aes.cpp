#include "crypto/aes.hpp"

#include <openssl/aes.h>
#include <openssl/mem.h>

#include "base/check.hpp"
#include "base/secret.hpp"

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

  const std::size_t padding = text.back();
  const bool is_in_range = padding >= 1 && padding <= block;
  const auto tail = base::View(text).last(is_in_range ? padding : 0);
  if (!is_in_range || !std::ranges::all_of(tail, [&](std::uint8_t byte) { return byte == padding; })) {
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

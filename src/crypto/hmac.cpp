#include "crypto/hmac.hpp"

#include <openssl/mem.h>
#include <openssl/sha.h>

#include <bit>
#include <cstring>

namespace sotto::crypto {
namespace {

constexpr std::size_t block_size = 64;
using Block = base::Bytes<block_size>;

constexpr std::array<std::uint32_t, 8> initial{
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,  // FIPS 180-4, section 5.3.3
    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

template <class Number>
Number big_endian(Number number) {
  if constexpr (std::endian::native == std::endian::big) return number;
  if constexpr (sizeof number == 4) return __builtin_bswap32(number);
  if constexpr (sizeof number == 8) return __builtin_bswap64(number);
}

// SHA-256 from where the block of a key has been hashed, over parts that nobody puts together first: most messages fit
// into one block.
class Rest {
 public:
  Rest() = default;
  Rest(const Rest&) = delete;
  Rest& operator=(const Rest&) = delete;
  ~Rest() { OPENSSL_cleanse(&work_, sizeof work_); }

  void start(const std::uint32_t* after_key) {
    std::memcpy(work_.words.data(), after_key, sizeof work_.words);
    filled_ = 0;
    size_ = block_size;
  }

  void add(base::View part) {
    size_ += part.size();
    while (!part.empty()) {
      if (filled_ == 0 && part.size() >= block_size) {
        const std::size_t blocks = part.size() / block_size;
        SHA256_TransformBlocks(work_.words.data(), part.data(), blocks);
        part = part.subspan(blocks * block_size);
        continue;
      }
      const std::size_t size = std::min(part.size(), block_size - filled_);
      std::memcpy(work_.block.data() + filled_, part.data(), size);
      part = part.subspan(size);
      filled_ += size;
      if (filled_ == block_size) flush();
    }
  }

  void finish(std::uint8_t* out) {
    work_.block[filled_++] = 0x80;
    std::memset(work_.block.data() + filled_, 0, block_size - filled_);
    if (filled_ > block_size - sizeof(std::uint64_t)) {
      flush();
      work_.block.fill(0);
    }
    const std::uint64_t bits = big_endian(size_ * 8);
    std::memcpy(work_.block.data() + block_size - sizeof bits, &bits, sizeof bits);
    flush();
    for (std::uint32_t& word : work_.words) word = big_endian(word);
    std::memcpy(out, work_.words.data(), sizeof work_.words);
  }

 private:
  void flush() {
    SHA256_TransformBlocks(work_.words.data(), work_.block.data(), 1);
    filled_ = 0;
  }
  struct {
    std::array<std::uint32_t, 8> words;
    Block block;
  } work_;
  std::size_t filled_ = 0;
  std::uint64_t size_ = 0;
};

}  // namespace

// RFC 2104 over the hash's compression: a third of the time of AWS-LC's HMAC object, which looks its hash up anew.
HmacSha256Key::HmacSha256Key(base::View key) {
  Block pad{};
  if (key.size() > block_size) {
    Sha256 hash;
    base::Bytes<32> short_key = hash.add(key).finish();
    std::ranges::copy(short_key, pad.begin());
    OPENSSL_cleanse(short_key.data(), short_key.size());
  } else {
    std::ranges::copy(key, pad.begin());
  }
  for (std::uint8_t& byte : pad) byte ^= 0x36;
  std::ranges::copy(initial, after_.begin());
  SHA256_TransformBlocks(after_.data(), pad.data(), 1);
  for (std::uint8_t& byte : pad) byte ^= 0x36 ^ 0x5c;
  std::ranges::copy(initial, after_.begin() + initial.size());
  SHA256_TransformBlocks(after_.data() + initial.size(), pad.data(), 1);
  OPENSSL_cleanse(pad.data(), pad.size());
}

HmacSha256Key::~HmacSha256Key() { OPENSSL_cleanse(after_.data(), sizeof after_); }

void HmacSha256Key::mac_into(std::span<std::uint8_t, 32> out, Parts parts) const {
  Rest rest;
  rest.start(after_.data());
  for (const base::View part : parts) rest.add(part);
  rest.finish(out.data());
  rest.start(after_.data() + initial.size());
  rest.add(out);
  rest.finish(out.data());
}

void hmac_sha256_into(std::span<std::uint8_t, 32> out, base::View key, Parts parts) {
  HmacSha256Key(key).mac_into(out, parts);
}

void hmac_sha512_into(std::span<std::uint8_t, 64> out, base::View key, Parts parts) {
  base::Bytes<128> pad{};
  if (key.size() > pad.size()) {
    base::Bytes<64> short_key = Sha512().add(key).finish();
    std::ranges::copy(short_key, pad.begin());
    OPENSSL_cleanse(short_key.data(), short_key.size());
  } else {
    std::ranges::copy(key, pad.begin());
  }
  for (std::uint8_t& byte : pad) byte ^= 0x36;
  Sha512 inner;
  inner.add(pad);
  for (const base::View part : parts) inner.add(part);
  base::Bytes<64> digest = inner.finish();

  for (std::uint8_t& byte : pad) byte ^= 0x36 ^ 0x5c;
  Sha512 outer;
  digest = outer.add(pad).add(digest).finish();
  std::ranges::copy(digest, out.begin());
  OPENSSL_cleanse(digest.data(), digest.size());
  OPENSSL_cleanse(pad.data(), pad.size());
}

}  // namespace sotto::crypto

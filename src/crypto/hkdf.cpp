#include "crypto/hkdf.hpp"

#include <openssl/mem.h>

#include "base/check.hpp"

namespace sotto::crypto {

void hkdf_sha256_into(std::span<std::uint8_t> out, base::View salt, base::View ikm, base::View info) {
  CHECK(out.size() <= 255 * 32);
  base::Bytes<32> prk, block;
  hmac_sha256_into(prk, salt, {ikm});
  const HmacSha256Key key(prk);
  std::size_t block_size = 0;  // of the block before: none before the first
  for (std::uint8_t counter = 1; !out.empty(); ++counter) {
    key.mac_into(block, {base::View(block).first(block_size), info, base::View(&counter, 1)});
    block_size = block.size();
    const std::size_t size = std::min(out.size(), block.size());
    std::copy_n(block.begin(), size, out.begin());
    out = out.subspan(size);
  }
  OPENSSL_cleanse(prk.data(), prk.size());
  OPENSSL_cleanse(block.data(), block.size());
}

}  // namespace sotto::crypto

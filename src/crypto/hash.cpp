#include "crypto/hash.hpp"

#include <openssl/mem.h>
#include <openssl/sha.h>

#include <cstring>

#include "base/check.hpp"
#include "base/secret.hpp"

// In AWS-LC's internal headers only, which C++ cannot read; the prefix comes from <openssl/base.h>.
extern "C" {
std::uint8_t* SHA3_256(const std::uint8_t* data, std::size_t size, std::uint8_t out[32]);
std::uint8_t* SHA3_512(const std::uint8_t* data, std::size_t size, std::uint8_t out[64]);
std::uint8_t* SHAKE256(const std::uint8_t* data, std::size_t size, std::uint8_t* out, std::size_t out_size);
}

namespace sotto::crypto {
namespace {

base::SecretBlob joined(Parts parts) { return base::SecretBlob(base::concat(parts)); }

}  // namespace

base::Bytes<32> sha256(Parts parts) {
  Sha256 hash;
  for (const base::View part : parts) hash.add(part);
  return hash.finish();
}

base::Bytes<64> sha512(Parts parts) {
  Sha512 hash;
  for (const base::View part : parts) hash.add(part);
  return hash.finish();
}

base::Bytes<32> sha3_256(Parts parts) {
  base::Bytes<32> digest;
  sha3_256_into(digest, parts);
  return digest;
}

void sha3_256_into(std::span<std::uint8_t, 32> out, Parts parts) {
  const base::SecretBlob input = joined(parts);
  CHECK(SHA3_256(input.expose().data(), input.size(), out.data()) != nullptr);
}

base::Bytes<64> sha3_512(Parts parts) {
  const base::SecretBlob input = joined(parts);
  base::Bytes<64> digest;
  CHECK(SHA3_512(input.expose().data(), input.size(), digest.data()) != nullptr);
  return digest;
}

void shake256(Parts parts, std::span<std::uint8_t> out) {
  const base::SecretBlob input = joined(parts);
  CHECK(SHAKE256(input.expose().data(), input.size(), out.data(), out.size()) != nullptr);
}

static_assert(sizeof(SHA256_CTX) <= 128 && alignof(SHA256_CTX) <= 8);
static_assert(sizeof(SHA512_CTX) <= 256 && alignof(SHA512_CTX) <= 8);

Sha256::Sha256() { SHA256_Init(reinterpret_cast<SHA256_CTX*>(state_.data())); }
Sha256::~Sha256() { OPENSSL_cleanse(state_.data(), state_.size()); }
Sha256& Sha256::add(base::View bytes) {
  SHA256_Update(reinterpret_cast<SHA256_CTX*>(state_.data()), bytes.data(), bytes.size());
  return *this;
}
base::Bytes<32> Sha256::finish() {
  base::Bytes<32> digest;
  SHA256_Final(digest.data(), reinterpret_cast<SHA256_CTX*>(state_.data()));
  return digest;
}

Sha512::Sha512() { SHA512_Init(reinterpret_cast<SHA512_CTX*>(state_.data())); }
Sha512::~Sha512() { OPENSSL_cleanse(state_.data(), state_.size()); }
Sha512& Sha512::add(base::View bytes) {
  SHA512_Update(reinterpret_cast<SHA512_CTX*>(state_.data()), bytes.data(), bytes.size());
  return *this;
}
base::Bytes<64> Sha512::finish() {
  base::Bytes<64> digest;
  SHA512_Final(digest.data(), reinterpret_cast<SHA512_CTX*>(state_.data()));
  return digest;
}

}  // namespace sotto::crypto

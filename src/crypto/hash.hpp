#pragma once
#include <initializer_list>

#include "base/bytes.hpp"

namespace sotto::crypto {

using Parts = std::initializer_list<base::View>;  // hashed one after the other

base::Bytes<32> sha256(Parts parts);
base::Bytes<64> sha512(Parts parts);
base::Bytes<32> sha3_256(Parts parts);
void sha3_256_into(std::span<std::uint8_t, 32> out, Parts parts);  // where the digest is a secret
base::Bytes<64> sha3_512(Parts parts);
/// SHAKE256 with as many bytes as `out` holds.
void shake256(Parts parts, std::span<std::uint8_t> out);

/// SHA-256 of what comes piece by piece; wiped when it dies.
class Sha256 {
 public:
  Sha256();
  Sha256(const Sha256&) = default;
  Sha256& operator=(const Sha256&) = default;
  ~Sha256();
  Sha256& add(base::View bytes);
  base::Bytes<32> finish();  // once

 private:
  alignas(8) base::Bytes<128> state_;
};

/// SHA-512 of what comes piece by piece; wiped when it dies.
class Sha512 {
 public:
  Sha512();
  Sha512(const Sha512&) = default;
  Sha512& operator=(const Sha512&) = default;
  ~Sha512();
  Sha512& add(base::View bytes);
  base::Bytes<64> finish();  // once

 private:
  alignas(8) base::Bytes<256> state_;
};

}  // namespace sotto::crypto

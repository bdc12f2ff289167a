#include "crypto/mlkem768_split.hpp"

#include "crypto/awslc/mlkem768_split.h"
#include "crypto/hash.hpp"

namespace sotto::crypto::mlkem768 {
namespace {

constexpr std::size_t rho_size = 32;

const std::uint8_t* rho(const Header& header) { return header.data(); }
const std::uint8_t* key_hash(const Header& header) { return header.data() + rho_size; }

}  // namespace

SplitKey split(const PublicKey& key) {
  SplitKey parts;
  const base::View rest = base::View(key).last(rho_size);
  std::ranges::copy(base::View(key).first(parts.vector.size()), parts.vector.begin());
  std::ranges::copy(rest, parts.header.begin());
  std::ranges::copy(sha3_256({key}), parts.header.begin() + rho_size);
  return parts;
}

FirstHalf encapsulate_first(const Header& header, const Message& message) {
  FirstPart ciphertext;
  SharedSecret secret = SharedSecret::made_by([&](auto out) {
    sotto_mlkem768_encapsulate_first(ciphertext.data(), out.data(), rho(header), key_hash(header),
                                     message.expose().data());
  });
  return {ciphertext, std::move(secret)};
}

LastPart encapsulate_last(const Header& header, const Message& message, const KeyVector& vector) {
  LastPart ciphertext;
  sotto_mlkem768_encapsulate_last(ciphertext.data(), key_hash(header), message.expose().data(), vector.data());
  return ciphertext;
}

bool is_key(const Header& header, const KeyVector& vector) {
  return sotto_mlkem768_is_key(rho(header), key_hash(header), vector.data()) == 1;
}

Ciphertext joined(const FirstPart& first, const LastPart& last) {
  Ciphertext whole;
  std::ranges::copy(first, whole.begin());
  std::ranges::copy(last, whole.begin() + first.size());
  return whole;
}

}  // namespace sotto::crypto::mlkem768

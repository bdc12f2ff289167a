#pragma once
#include <string_view>

#include "base/random.hpp"
#include "crypto/curve25519.hpp"
#include "crypto/xeddsa.hpp"
#include "wire/strict.hpp"

namespace sotto::wire {

using Hash = base::Bytes<32>;

/// SHA-256(32×0xFF ‖ name ‖ 0x00 ‖ bytes), H(name, b) of statements.md.
Hash hash(std::string_view name, base::View bytes);

/// The same string, unhashed: what a signature covers.
base::Blob to_be_signed(std::string_view name, base::View bytes);

/// A statement as the opaque bytes that were signed, and the signature next to them; never re-encoded.
struct Signed {
  base::Blob statement;
  crypto::Signature signature{};

  static Signed make(std::string_view name, base::Blob statement, const crypto::PrivateKey& key, base::Random& random);
  bool is_by(const crypto::PublicKey& key, std::string_view name) const;
  base::Blob serialize() const;
  static base::Result<Signed, ParseError> parse(base::View bytes, std::size_t max_statement_size = max_statement);
  friend bool operator==(const Signed&, const Signed&) = default;
};

}  // namespace sotto::wire

#include "wire/signed.hpp"

#include "crypto/hash.hpp"

namespace sotto::wire {
namespace {

constexpr base::Bytes<32> prefix = [] {
  base::Bytes<32> ff{};
  ff.fill(0xFF);
  return ff;
}();
constexpr base::Bytes<1> end_of_name{0};
constexpr std::size_t framing = 80;  // bytes of a Signed beside the statement, generously

}  // namespace

Hash hash(std::string_view name, base::View bytes) {
  return crypto::sha256({prefix, base::view(name), end_of_name, bytes});
}

base::Blob to_be_signed(std::string_view name, base::View bytes) {
  return base::concat({prefix, base::view(name), end_of_name, bytes});
}

Signed Signed::make(std::string_view name, base::Blob statement, const crypto::PrivateKey& key, base::Random& random) {
  const crypto::Signature signature = crypto::sign(key, to_be_signed(name, statement), random);
  return {.statement = std::move(statement), .signature = signature};
}

bool Signed::is_by(const crypto::PublicKey& key, std::string_view name) const {
  return crypto::verify(key, to_be_signed(name, statement), signature);
}

base::Blob Signed::serialize() const { return StrictWriter().bytes(1, statement).bytes(2, signature).done(); }

base::Result<Signed, ParseError> Signed::parse(base::View bytes, std::size_t max_statement_size) {
  StrictReader read(bytes, max_statement_size + framing);
  Signed made{.statement = base::blob(read.bytes(1, 1, max_statement_size)), .signature = read.fixed<64>(2)};
  TRY_VOID(read.finish());
  return made;
}

}  // namespace sotto::wire

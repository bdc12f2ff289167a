#include "relay/good_signatures.hpp"

#include "crypto/hash.hpp"

namespace sotto::relay {

bool GoodSignatures::verify(const crypto::PublicKey& by, base::View message, const crypto::Signature& signature) {
  constexpr std::size_t most = 1'024;
  const auto name = crypto::sha256({by.serialize(), signature, message});  // two of fixed length, so nothing is joined
  if (good_.contains(name)) return true;
  if (!crypto::verify(by, message, signature)) return false;
  if (good_.size() >= most) good_.clear();
  good_.insert(name);
  return true;
}

}  // namespace sotto::relay

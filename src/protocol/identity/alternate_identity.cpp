#include "protocol/identity/alternate_identity.hpp"

namespace sotto::protocol {
namespace {

// No encoded key starts with 0xFF, so this is never taken for anything else that an identity key signs.
base::Blob to_be_signed(const crypto::PublicKey& alternate) {
  base::Bytes<32> prefix;
  prefix.fill(0xFF);
  return base::concat({prefix, base::view("Signal_PNI_Signature"), alternate.serialize()});
}

}  // namespace

crypto::Signature sign_alternate_identity(const crypto::PrivateKey& signer, const crypto::PublicKey& alternate,
                                          base::Random& random) {
  return crypto::sign(signer, to_be_signed(alternate), random);
}

bool verify_alternate_identity(const crypto::PublicKey& signer, const crypto::PublicKey& alternate,
                               base::View signature) {
  return crypto::verify(signer, to_be_signed(alternate), signature);
}

}  // namespace sotto::protocol

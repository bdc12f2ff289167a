#include "protocol/pqxdh/bundle.hpp"

namespace sotto::protocol {

bool PreKeyBundle::has_good_signatures() const {
  return crypto::verify(identity_key, signed_prekey.key.serialize(), signed_prekey.signature) &&
         crypto::verify(identity_key, kyber_prekey.key.serialize(), kyber_prekey.signature);
}

}  // namespace sotto::protocol

#include "server/strangers/stranger_names.hpp"

#include <boost/endian/conversion.hpp>

#include "crypto/hmac.hpp"

namespace sotto::server {

Stranger StrangerNames::of(const net::Origin& origin) const {
  const base::View address = origin.address;
  const base::View network = origin.is_ipv4() ? address : address.first(8);
  return Stranger(boost::endian::load_big_u64(crypto::hmac_sha256<base::Bytes<32>>(key_, network).data()));
}

}  // namespace sotto::server

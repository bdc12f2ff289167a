#include "protocol/sealed/seal.hpp"

#include "protocol/sealed/version_1.hpp"
#include "relay/protobuf.hpp"

namespace sotto::protocol {

Result<base::Blob> seal(base::View content, const crypto::KeyPair& sender, const crypto::PublicKey& recipient,
                        base::Random& random, const KnownAgreements& known) {
  using namespace sealed_v1;
  const crypto::KeyPair ephemeral = crypto::KeyPair::generate(random);
  const auto agreed = crypto::agree(ephemeral.private_key, recipient);
  if (!agreed) return from_crypto(agreed.error());
  TRY(const crypto::SharedSecret static_agreed, static_agreement(sender, recipient, known));

  const LayerKeys outer = outer_keys(*agreed, recipient, ephemeral.public_key);
  const base::Blob encrypted_static = seal_layer(outer, sender.public_key.serialize());
  const base::Blob encrypted_message = seal_layer(inner_keys(static_agreed, outer.chain, encrypted_static), content);

  base::Blob bytes;
  bytes.reserve(encrypted_message.size() + 128);
  bytes.push_back(version_byte);
  relay::FieldWriter write(bytes);
  write.bytes(1, ephemeral.public_key.serialize());
  write.bytes(2, encrypted_static);
  write.bytes(3, encrypted_message);
  return bytes;
}

}  // namespace sotto::protocol

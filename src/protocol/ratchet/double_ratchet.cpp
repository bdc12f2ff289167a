#include "protocol/ratchet/double_ratchet.hpp"

#include <algorithm>

namespace sotto::protocol {

Result<Turn> turn_ratchet(const RootKey& root_key, const SendingChain& sending, const crypto::PublicKey& remote,
                          base::Random& random) {
  const auto agreed = crypto::agree(sending.ratchet_key.private_key, remote);
  if (!agreed) return from_crypto(agreed.error());
  RootStep receiving_half = root_step(root_key, *agreed);

  crypto::KeyPair fresh = crypto::KeyPair::generate(random);
  const auto agreed_fresh = crypto::agree(fresh.private_key, remote);
  if (!agreed_fresh) return from_crypto(agreed_fresh.error());
  RootStep sending_half = root_step(receiving_half.root_key, *agreed_fresh);

  const std::uint64_t sent = std::min<std::uint64_t>(sending.counter, 1ull << 32);
  return Turn{.root_key = std::move(sending_half.root_key),
              .previous_counter = sent == 0 ? 0 : static_cast<std::uint32_t>(sent - 1),
              .receiving = {remote, std::move(receiving_half.chain_key), 0, {}},
              .sending = {std::move(fresh), std::move(sending_half.chain_key), 0}};
}

}  // namespace sotto::protocol

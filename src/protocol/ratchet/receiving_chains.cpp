#include "protocol/ratchet/receiving_chains.hpp"

namespace sotto::protocol {

ReceivingChains ReceivingChains::clone() const {
  ReceivingChains copy;
  for (; copy.size_ < size_; ++copy.size_) copy.chains_[copy.size_].emplace(chains_[copy.size_]->clone());
  return copy;
}

void ReceivingChains::push_back(ReceivingChain chain) {
  if (size_ == max_receiving_chains) {
    std::move(chains_.begin() + 1, chains_.end(), chains_.begin());
    --size_;
  }
  chains_[size_++] = std::move(chain);
}

std::optional<std::size_t> ReceivingChains::find(const crypto::PublicKey& ratchet_key) const {
  for (std::size_t i = size_; i-- > 0;) {  // the newest is nearly always the one
    if (chains_[i]->ratchet_key == ratchet_key) return i;
  }
  return std::nullopt;
}

}  // namespace sotto::protocol

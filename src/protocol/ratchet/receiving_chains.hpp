#pragma once
#include <array>
#include <optional>

#include "protocol/ratchet/chain.hpp"

namespace sotto::protocol {

constexpr std::size_t max_receiving_chains = 5;  // §12

/// The chains on which the other end's messages may still arrive, oldest first. They lie inside the session, so that a
/// copy of it asks for no memory.
class ReceivingChains {
 public:
  ReceivingChains() = default;
  ReceivingChains(ReceivingChains&&) noexcept = default;
  ReceivingChains& operator=(ReceivingChains&&) noexcept = default;
  ReceivingChains clone() const;

  /// The newest chain. The sixth pushes out the oldest.
  void push_back(ReceivingChain chain);

  std::size_t size() const { return size_; }
  const ReceivingChain& operator[](std::size_t index) const { return *chains_[index]; }
  const ReceivingChain& back() const { return *chains_[size_ - 1]; }
  /// Which one the other end sends on with this ratchet key.
  std::optional<std::size_t> find(const crypto::PublicKey& ratchet_key) const;
  void replace(std::size_t index, ReceivingChain chain) { *chains_[index] = std::move(chain); }

 private:
  std::array<std::optional<ReceivingChain>, max_receiving_chains> chains_;
  std::size_t size_ = 0;
};

}  // namespace sotto::protocol

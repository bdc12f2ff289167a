#include "protocol/spqr/chains.hpp"

#include <algorithm>

#include "crypto/hkdf.hpp"

namespace sotto::protocol::spqr {
namespace {

struct Step {
  Chains::ChainKey next;
  MessageKey key;
};

// §7.2; the number comes before the label
Step step(const Chains::ChainKey& chain, std::uint32_t index) {
  constexpr std::string_view label = "Signal PQ Ratchet V1 Chain Next";
  base::Bytes<4 + label.size()> info;
  for (std::size_t i = 0; i < 4; ++i) info[i] = static_cast<std::uint8_t>(index >> (24 - 8 * i));
  std::ranges::copy(base::view(label), info.begin() + 4);
  auto [next, key] = crypto::hkdf_sha256<Chains::ChainKey, MessageKey>({}, chain.expose(), info);
  return {std::move(next), std::move(key)};
}

}  // namespace

Chains::Chains(Direction direction, const AuthKey& auth_key, std::uint32_t max_jump)
    : Chains(direction, max_jump, RootKey(base::Bytes<32>{})) {
  auto [root, a2b, b2a] = crypto::hkdf_sha256<RootKey, ChainKey, ChainKey>(
      {}, auth_key.expose(), base::view("Signal PQ Ratchet V1 Chain  Start"));  // two spaces
  root_ = std::move(root);
  at(0) = made(std::move(a2b), std::move(b2a));
}

Chains Chains::clone() const {
  Chains copy(direction_, max_jump_, root_.clone());
  copy.newest_ = newest_;
  copy.sending_ = sending_;
  for (std::uint64_t epoch = oldest(); epoch <= newest_; ++epoch) {
    const Epoch& from = *at(epoch);
    Epoch& to = copy.at(epoch).emplace(
        Epoch{std::nullopt, {from.receiving.count, from.receiving.key.clone(), from.receiving.stored}});
    if (from.sending) to.sending = {from.sending->count, from.sending->key.clone()};
  }
  return copy;
}

Chains::Epoch Chains::made(ChainKey a2b, ChainKey b2a) const {
  const bool is_initiator = direction_ == Direction::initiator_to_recipient;
  return {.sending = Sending{0, std::move(is_initiator ? a2b : b2a)},
          .receiving = {0, std::move(is_initiator ? b2a : a2b), nullptr}};
}

void Chains::add_epoch(const EpochSecret& secret) {
  auto [root, a2b, b2a] = crypto::hkdf_sha256<RootKey, ChainKey, ChainKey>(
      root_.expose(), secret.expose(), base::view("Signal PQ Ratchet V1 Chain Add Epoch"));
  CHECK(newest_ - oldest() + 1 < most_epochs);
  root_ = std::move(root);
  ++newest_;
  at(newest_) = made(std::move(a2b), std::move(b2a));
}

Outcome<IndexedKey> Chains::to_send(std::uint64_t epoch) {
  if (epoch < sending_ || epoch > newest_) return Refusal::epoch_out_of_range;
  if (epoch != sending_) {
    for (std::uint64_t old = oldest(); old < epoch; ++old) {
      if (old + 1 < epoch) {
        at(old).reset();
      } else {
        at(old)->sending.reset();
      }
    }
    sending_ = epoch;
  }
  Sending& chain = *at(epoch)->sending;
  if (chain.count == 0xffff'ffff) return Refusal::used_up;
  Step made = step(chain.key, ++chain.count);
  chain.key = std::move(made.next);
  return IndexedKey{chain.count, std::move(made.key)};
}

Outcome<MessageKey> Chains::to_receive(std::uint64_t epoch, std::uint32_t index) {
  if (!keeps(epoch)) return Refusal::epoch_out_of_range;
  Receiving& chain = at(epoch)->receiving;
  if (index == chain.count) return Refusal::already_used;
  if (index < chain.count) return take_stored(chain, index);
  if (index - chain.count > std::min(max_jump_, max_walk)) return Refusal::too_far_ahead;
  return walk(chain, index);
}

Outcome<MessageKey> Chains::take_stored(Receiving& chain, std::uint32_t index) {
  if (!is_within(index, chain.count)) return Refusal::too_old;
  if (!chain.stored) return Refusal::already_used;
  const auto found = std::ranges::lower_bound(*chain.stored, index, {}, &IndexedKey::index);
  if (found == chain.stored->end() || found->index != index) return Refusal::already_used;

  MessageKey key = found->key.clone();
  auto rest = std::make_shared<StoredKeys>();
  rest->reserve(chain.stored->size() - 1);
  for (auto one = chain.stored->begin() + static_cast<std::ptrdiff_t>(first_obtainable(chain));
       one != chain.stored->end(); ++one) {
    if (one != found) rest->push_back(one->clone());
  }
  chain.stored = rest->empty() ? nullptr : std::move(rest);
  return key;
}

// Keys further back than max_stored can't be asked for any more. They go when others come, or when a few have gathered:
// to copy what is kept for each message would cost more than all the rest of it.
MessageKey Chains::walk(Receiving& chain, std::uint32_t index) {
  constexpr std::uint32_t few = 64;
  const bool is_next = index - chain.count == 1;
  const bool is_stale = chain.stored && !is_within(chain.stored->front().index + few, index);
  std::shared_ptr<StoredKeys> stored;
  if (!is_next || is_stale) {
    stored = std::make_shared<StoredKeys>();
    stored->reserve(std::min<std::size_t>(max_stored, (chain.stored ? chain.stored->size() : 0) + index - chain.count));
    if (chain.stored) {
      for (const IndexedKey& one : *chain.stored) {
        if (is_within(one.index, index)) stored->push_back(one.clone());
      }
    }
  }
  while (chain.count + 1 < index) {
    Step passed = step(chain.key, ++chain.count);
    chain.key = std::move(passed.next);
    if (is_within(chain.count, index)) stored->push_back({chain.count, std::move(passed.key)});
  }
  if (stored) chain.stored = stored->empty() ? nullptr : std::move(stored);
  Step found = step(chain.key, ++chain.count);
  chain.key = std::move(found.next);
  return std::move(found.key);
}

}  // namespace sotto::protocol::spqr

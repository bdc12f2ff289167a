#include <algorithm>

#include "protocol/spqr/chains.hpp"

// How the chains are kept (spqr.md §9): only what can still be asked for.
namespace sotto::protocol::spqr {

std::size_t Chains::first_obtainable(const Receiving& chain) {
  if (!chain.stored) return 0;
  const auto first =
      std::ranges::find_if(*chain.stored, [&](const IndexedKey& one) { return is_within(one.index, chain.count); });
  return static_cast<std::size_t>(first - chain.stored->begin());
}

std::size_t Chains::stored_count(std::uint64_t epoch) const {
  const Receiving& chain = at(epoch)->receiving;
  return chain.stored ? chain.stored->size() - first_obtainable(chain) : 0;
}

std::size_t Chains::stored_size() const {
  std::size_t size = 4 + 8 + 8 + 32;
  for (std::uint64_t epoch = oldest(); epoch <= newest_; ++epoch)
    size += 4 + 32 + 4 + 32 + 4 + stored_count(epoch) * 36;
  return size;
}

void Chains::store(StoredWriter& write) const {
  write.number(max_jump_);
  write.number(newest_);
  write.number(sending_);
  write.secret(root_);
  for (std::uint64_t epoch = oldest(); epoch <= newest_; ++epoch) {
    const Epoch& one = *at(epoch);
    if (one.sending) {
      write.number(one.sending->count);
      write.secret(one.sending->key);
    }
    write.number(one.receiving.count);
    write.secret(one.receiving.key);
    write.number(static_cast<std::uint32_t>(stored_count(epoch)));
    if (!one.receiving.stored) continue;
    for (const IndexedKey& key : std::span(*one.receiving.stored).subspan(first_obtainable(one.receiving))) {
      write.number(key.index);
      write.secret(key.key);
    }
  }
}

std::optional<Chains> Chains::restore(StoredReader& read, Direction direction) {
  const auto max_jump = read.number<std::uint32_t>();
  const auto newest = read.number<std::uint64_t>(), sending = read.number<std::uint64_t>();
  Chains chains(direction, max_jump, read.secret<RootKey>());
  chains.newest_ = newest;
  chains.sending_ = sending;
  if (!read.is_sound() || newest < sending || newest - chains.oldest() >= most_epochs) return std::nullopt;
  for (std::uint64_t epoch = chains.oldest(); epoch <= newest; ++epoch) {
    std::optional<Sending> sends;
    if (epoch >= sending) {
      const auto count = read.number<std::uint32_t>();
      sends = Sending{count, read.secret<ChainKey>()};
    }
    const auto count = read.number<std::uint32_t>();
    Receiving receives{count, read.secret<ChainKey>(), nullptr};
    if (!restore_stored(read, receives)) return std::nullopt;
    chains.at(epoch) = Epoch{std::move(sends), std::move(receives)};
  }
  return chains;
}

bool Chains::restore_stored(StoredReader& read, Receiving& chain) {
  const auto size = read.number<std::uint32_t>();
  if (size > max_stored || !read.is_sound()) return false;
  if (size == 0) return true;
  auto stored = std::make_shared<StoredKeys>();
  stored->reserve(size);
  for (std::uint32_t i = 0; i < size; ++i) {
    const auto index = read.number<std::uint32_t>();
    const bool is_ascending = stored->empty() ? index > 0 : index > stored->back().index;
    if (!read.is_sound() || !is_ascending || index >= chain.count || !is_within(index, chain.count)) return false;
    stored->push_back({index, read.secret<MessageKey>()});
  }
  chain.stored = std::move(stored);
  return read.is_sound();
}

}  // namespace sotto::protocol::spqr

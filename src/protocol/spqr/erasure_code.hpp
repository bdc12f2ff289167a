#pragma once
#include <optional>
#include <span>

#include "base/bytes.hpp"
#include "protocol/spqr/field.hpp"

namespace sotto::protocol::spqr {

constexpr std::size_t chunk_size = 32;

/// One piece of a payload: the values of its 16 polynomials at x = index (spqr.md §4).
struct Chunk {
  std::uint16_t index = 0;
  base::Bytes<chunk_size> bytes{};
  friend bool operator==(const Chunk&, const Chunk&) = default;
};

/// Chunk `index` of a payload of n chunks. The first n are the payload's own bytes, a copy; each of the others costs
/// some 4 n multiplications in the field. Public bytes only: variable time.
Chunk chunk_of(base::View payload, std::uint16_t index);

/// The payload that these chunks, as many as it has and all different, belong to, written to `payload`.
void decode(std::span<const Chunk> chunks, std::span<std::uint8_t> payload);

/// Cuts a payload of N chunks into as many as are asked for, numbered from 0; after 65,535 comes 0 again (§4.2).
template <std::size_t N>
class Encoder {
 public:
  using Payload = base::Bytes<N * chunk_size>;
  explicit Encoder(const Payload& payload, std::uint16_t next = 0) : payload_(payload), next_(next) {}

  Chunk next() { return chunk_of(payload_, next_++); }
  const Payload& payload() const { return payload_; }
  std::uint16_t next_index() const { return next_; }

 private:
  Payload payload_;
  std::uint16_t next_;
};

/// Collects chunks until any N different ones are there (§4.3). Complete, it is of no more use.
template <std::size_t N>
class Decoder {
 public:
  using Payload = base::Bytes<N * chunk_size>;

  /// Takes one chunk in; of two with one index the later stays. Gives the payload if none is missing any more.
  std::optional<Payload> add(const Chunk& chunk) {
    const auto present = chunks();
    const auto same = std::ranges::find(present, chunk.index, &Chunk::index);
    const auto at = static_cast<std::size_t>(same - present.begin());
    chunks_[at] = chunk;
    if (at == size_) ++size_;
    if (size_ < N) return std::nullopt;
    Payload payload;
    decode(chunks(), payload);
    return payload;
  }
  std::span<const Chunk> chunks() const { return {chunks_.data(), size_}; }  // in the order they came

 private:
  std::array<Chunk, N> chunks_{};
  std::size_t size_ = 0;
};

}  // namespace sotto::protocol::spqr

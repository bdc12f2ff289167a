#pragma once
#include "protocol/spqr/erasure_code.hpp"
#include "protocol/spqr/refusal.hpp"

namespace sotto::protocol::spqr {

/// The SPQR part of one message (spqr.md §2).
struct Message {
  enum class Type : std::uint8_t {
    nothing = 0,
    header = 1,
    ek = 2,
    ek_and_ct1_received = 3,
    ct1_received = 4,
    ct1 = 5,
    ct2 = 6,
  };
  std::uint64_t epoch = 1;  // from 1
  std::uint32_t index = 0;  // in the key epoch, from 1
  Type type = Type::nothing;
  std::optional<Chunk> chunk;  // for all types but nothing and ct1_received

  friend bool operator==(const Message&, const Message&) = default;

  class Bytes;
  Bytes serialize() const;

  /// Everything after the last field is ignored, for later versions. Varints may be longer than they need to be.
  ///
  /// errors  version    empty, or a first byte other than 1 (§1.4: 2 to 255 need not be taken, and are not)
  ///         malformed  cut short, a varint of more than ten bytes, epoch 0, anything out of range
  static Outcome<Message> parse(base::View bytes);
};

constexpr bool has_chunk(Message::Type type) {
  return type != Message::Type::nothing && type != Message::Type::ct1_received;
}

/// At most 52 bytes, on the stack: every message has one.
class Message::Bytes {
 public:
  static constexpr std::size_t most = 1 + 10 + 5 + 1 + 3 + chunk_size;
  base::View view() const { return {bytes_.data(), size_}; }
  void add(std::uint8_t byte) { bytes_[size_++] = byte; }
  void add_varint(std::uint64_t value);
  void add(base::View bytes);

 private:
  base::Bytes<most> bytes_{};
  std::size_t size_ = 0;
};

}  // namespace sotto::protocol::spqr

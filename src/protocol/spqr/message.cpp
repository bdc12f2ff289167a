#include "protocol/spqr/message.hpp"

namespace sotto::protocol::spqr {
namespace {

constexpr std::uint8_t version = 1, last_type = 6;

// Takes fields from the front; once one was missing, all that follow are.
class Reader {
 public:
  explicit Reader(base::View bytes) : rest_(bytes) {}

  std::uint8_t byte() {
    const base::View one = take(1);
    return one.empty() ? std::uint8_t{0} : one[0];
  }
  // Base 128, least significant group first. Bits above the 63rd are dropped, a tenth byte that goes on is refused.
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
      const std::uint8_t group = byte();
      value |= static_cast<std::uint64_t>(group & 0x7f) << shift;
      if (group < 0x80) return value;
    }
    is_sound_ = false;
    return 0;
  }
  base::View take(std::size_t size) {
    if (size > rest_.size()) is_sound_ = false;
    if (!is_sound_) return {};
    const base::View front = rest_.first(size);
    rest_ = rest_.subspan(size);
    return front;
  }
  bool is_sound() const { return is_sound_; }

 private:
  base::View rest_;
  bool is_sound_ = true;
};

}  // namespace

void Message::Bytes::add_varint(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) add(static_cast<std::uint8_t>(value | 0x80));
  add(static_cast<std::uint8_t>(value));
}

void Message::Bytes::add(base::View bytes) {
  std::ranges::copy(bytes, bytes_.begin() + static_cast<std::ptrdiff_t>(size_));
  size_ += bytes.size();
}

Message::Bytes Message::serialize() const {
  Bytes bytes;
  bytes.add(version);
  bytes.add_varint(epoch);
  bytes.add_varint(index);
  bytes.add(static_cast<std::uint8_t>(type));
  if (chunk) {
    bytes.add_varint(chunk->index);
    bytes.add(chunk->bytes);
  }
  return bytes;
}

Outcome<Message> Message::parse(base::View bytes) {
  if (bytes.empty() || bytes[0] != version) return Refusal::version;
  Reader read(bytes.subspan(1));
  const std::uint64_t epoch = read.varint(), index = read.varint();
  const std::uint8_t type = read.byte();
  if (!read.is_sound() || epoch == 0 || index > 0xffff'ffff || type > last_type) return Refusal::malformed;

  Message message{.epoch = epoch,
                  .index = static_cast<std::uint32_t>(index),
                  .type = static_cast<Type>(type),
                  .chunk = std::nullopt};
  if (has_chunk(message.type)) {
    const std::uint64_t chunk_index = read.varint();
    const auto chunk = base::fixed<chunk_size>(read.take(chunk_size));
    if (!chunk || chunk_index > 0xffff) return Refusal::malformed;
    message.chunk = {static_cast<std::uint16_t>(chunk_index), *chunk};
  }
  return message;
}

}  // namespace sotto::protocol::spqr

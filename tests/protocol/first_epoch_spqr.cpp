#include "protocol/first_epoch_spqr.hpp"

#include <optional>

// Not a test: the other files of this folder share it.
namespace sotto::test {
namespace {

using protocol::Error;
namespace spqr = protocol::spqr;
using ChainKey = base::Secret<struct FirstEpochChainTag, 32>;

// State: our sending chain key and count, the other end's first chain key.
struct Parts {
  ChainKey sending, receiving;
  std::uint32_t sent;
};

base::Bytes<4> be32(std::uint32_t value) {
  return {static_cast<std::uint8_t>(value >> 24), static_cast<std::uint8_t>(value >> 16),
          static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
}

spqr::State joined(const ChainKey& sending, const ChainKey& receiving, std::uint32_t sent) {
  return spqr::State(base::concat({base::Bytes<1>{1}, sending.expose(), receiving.expose(), be32(sent)}));
}

Parts parts(const spqr::State& state) {
  const base::View bytes = state.expose();
  const std::uint32_t sent = static_cast<std::uint32_t>(bytes[65]) << 24 | static_cast<std::uint32_t>(bytes[66]) << 16 |
                             static_cast<std::uint32_t>(bytes[67]) << 8 | bytes[68];
  return {ChainKey(bytes.subspan<1, 32>()), ChainKey(bytes.subspan<33, 32>()), sent};
}

std::pair<ChainKey, spqr::MessageKey> step(const ChainKey& key, std::uint32_t count) {
  const base::Blob info = base::concat({be32(count), base::view("Signal PQ Ratchet V1 Chain Next")});
  auto [next, made] = crypto::hkdf_sha256<ChainKey, spqr::MessageKey>({}, key.expose(), info);
  return {std::move(next), std::move(made)};
}

std::optional<std::uint64_t> take_varint(base::View& bytes) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 70 && !bytes.empty(); shift += 7) {
    const std::uint8_t byte = bytes[0];
    bytes = bytes.subspan(1);
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

}  // namespace

spqr::State FirstEpochSpqr::init(const spqr::Start& start) const {
  auto [root, a2b, b2a] = crypto::hkdf_sha256<ChainKey, ChainKey, ChainKey>(
      {}, start.auth_key.expose(), base::view("Signal PQ Ratchet V1 Chain  Start"));
  const bool is_initiator = start.direction == spqr::Direction::initiator_to_recipient;
  return is_initiator ? joined(a2b, b2a, 0) : joined(b2a, a2b, 0);
}

protocol::Result<spqr::Sent> FirstEpochSpqr::send(const spqr::State& state, base::Random&) const {
  const Parts now = parts(state);
  auto [next, key] = step(now.sending, now.sent + 1);
  base::Blob message{1, 1};
  std::uint32_t index = now.sent + 1;
  for (; index >= 0x80; index >>= 7) message.push_back(static_cast<std::uint8_t>(index | 0x80));
  message.push_back(static_cast<std::uint8_t>(index));
  message.push_back(0);
  return spqr::Sent{joined(next, now.receiving, now.sent + 1), std::move(message), std::move(key)};
}

protocol::Result<spqr::Received> FirstEpochSpqr::receive(const spqr::State& state, base::View message,
                                                         base::Random&) const {
  if (message.empty() || message[0] != 1) return Error::invalid_message;
  message = message.subspan(1);
  const auto epoch = take_varint(message), index = take_varint(message);
  if (epoch != 1 || !index || *index == 0 || *index > 25'000 || message.empty()) return Error::invalid_message;
  const Parts now = parts(state);
  ChainKey key = now.receiving.clone();
  for (std::uint32_t i = 1; i < *index; ++i) key = step(key, i).first;
  return spqr::Received{state.clone(), step(key, static_cast<std::uint32_t>(*index)).second};
}

}  // namespace sotto::test

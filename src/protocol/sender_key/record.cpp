#include "protocol/sender_key/record.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "crypto/equal.hpp"

// The stored form has one spelling for each record: a format byte, the number of states, then the states, first to
// last:
//
//   chain id 4 ‖ iteration 4 ‖ chain key 32 ‖ signing key 33 ‖ 0, or 1 ‖ private key 32 ‖ its Edwards form 32
//   ‖ number of skipped seeds 2 ‖ (iteration 4 ‖ seed 32) each, ascending
//
// Numbers are big-endian.
namespace sotto::protocol {
namespace {

constexpr std::uint8_t format = 1;
constexpr std::size_t state_size = 4 + 4 + 32 + 33 + 1 + 2, own_key_size = 32 + 32, skipped_size = 4 + 32;

class Writer {
 public:
  explicit Writer(std::size_t size) { bytes_.reserve(size); }  // or a grown copy would stay behind, unwiped
  template <std::unsigned_integral Number>
  void number(Number value) {
    for (std::size_t i = sizeof value; i > 0; --i) bytes_.push_back(static_cast<std::uint8_t>(value >> 8 * (i - 1)));
  }
  void bytes(base::View value) { bytes_.insert(bytes_.end(), value.begin(), value.end()); }
  base::SecretBlob done(std::size_t size) {
    CHECK(bytes_.size() == size);
    return base::SecretBlob(std::move(bytes_));
  }

 private:
  base::Blob bytes_;
};

class Reader {
 public:
  explicit Reader(base::View bytes) : rest_(bytes) {}
  template <std::unsigned_integral Number>
  std::optional<Number> number() {
    if (rest_.size() < sizeof(Number)) return std::nullopt;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(Number); ++i) value = value << 8 | rest_[i];
    rest_ = rest_.subspan(sizeof(Number));
    return static_cast<Number>(value);
  }
  template <std::size_t N>
  std::optional<std::span<const std::uint8_t, N>> bytes() {
    if (rest_.size() < N) return std::nullopt;
    const auto taken = rest_.first<N>();
    rest_ = rest_.subspan(N);
    return taken;
  }
  bool is_at_end() const { return rest_.empty(); }

 private:
  base::View rest_;
};

void write(Writer& to, const SenderKeyState& state) {
  to.number(state.chain_id.value);
  to.number(state.chain.iteration);
  to.bytes(state.chain.key.expose());
  to.bytes(state.signing_key.serialize());
  to.number(static_cast<std::uint8_t>(state.own_signing_key ? 1 : 0));
  if (state.own_signing_key) {
    to.bytes(state.own_signing_key->private_key().expose());
    to.bytes(state.own_signing_key->edwards());
  }
  to.number(static_cast<std::uint16_t>(state.chain.skipped.size()));
  for (const SkippedSenderSeed& one : state.chain.skipped) {
    to.number(one.iteration);
    to.bytes(one.seed.expose());
  }
}

std::size_t size_of(const SenderKeyState& state) {
  return state_size + (state.own_signing_key ? own_key_size : 0) + state.chain.skipped.size() * skipped_size;
}

std::optional<crypto::SigningKey> read_own_key(Reader& from) {
  const auto private_key = from.bytes<32>(), edwards = from.bytes<32>();
  if (!private_key || !edwards) return std::nullopt;
  crypto::PrivateKey key(*private_key);
  if (!crypto::equal(key.expose(), *private_key)) return std::nullopt;  // ours are written clamped
  return crypto::SigningKey(std::move(key), *base::fixed<32>(*edwards));
}

std::optional<std::vector<SkippedSenderSeed>> read_skipped(Reader& from, std::uint32_t before) {
  const auto count = from.number<std::uint16_t>();
  if (!count || *count > max_skipped_sender_seeds) return std::nullopt;
  std::vector<SkippedSenderSeed> skipped;
  skipped.reserve(*count);
  for (std::uint16_t i = 0; i < *count; ++i) {
    const auto iteration = from.number<std::uint32_t>();
    const auto seed = from.bytes<32>();
    if (!iteration || !seed || *iteration >= before) return std::nullopt;
    if (!skipped.empty() && *iteration <= skipped.back().iteration) return std::nullopt;
    skipped.push_back({*iteration, SenderMessageSeed(*seed)});
  }
  return skipped;
}

std::optional<SenderKeyState> read_state(Reader& from) {
  const auto chain_id = from.number<std::uint32_t>(), iteration = from.number<std::uint32_t>();
  const auto chain_key = from.bytes<32>();
  const auto signing_bytes = from.bytes<33>();
  const auto own = from.number<std::uint8_t>();
  if (!chain_id || !iteration || !chain_key || !signing_bytes || !own || *own > 1) return std::nullopt;
  const auto signing_key = crypto::PublicKey::parse(*signing_bytes);
  if (!signing_key) return std::nullopt;
  std::optional<crypto::SigningKey> own_key;
  if (*own == 1) own_key = read_own_key(from);
  if (own_key.has_value() != (*own == 1)) return std::nullopt;
  auto skipped = read_skipped(from, *iteration);
  if (!skipped) return std::nullopt;
  return SenderKeyState{ChainId(*chain_id),
                        {SenderChainKey(*chain_key), *iteration, *std::move(skipped)},
                        *signing_key,
                        std::move(own_key)};
}

}  // namespace

SenderKeyState SenderKeyState::clone() const {
  std::optional<crypto::SigningKey> own;
  if (own_signing_key) own = own_signing_key->clone();
  return {chain_id, chain.clone(), signing_key, std::move(own)};
}

Result<SenderKeyRecord> SenderKeyRecord::parse(base::View bytes) {
  Reader from(bytes);
  if (from.number<std::uint8_t>() != format) return Error::invalid_session;
  const auto count = from.number<std::uint8_t>();
  if (!count || *count > max_sender_key_states) return Error::invalid_session;
  SenderKeyRecord record;
  for (std::uint8_t i = 0; i < *count; ++i) {
    auto state = read_state(from);
    if (!state || record.find(state->chain_id) != nullptr) return Error::invalid_session;
    record.states_.push_back(std::make_shared<SenderKeyState>(*std::move(state)));
  }
  if (!from.is_at_end()) return Error::invalid_session;
  return record;
}

base::SecretBlob SenderKeyRecord::serialize() const {
  std::size_t size = 2;
  for (const Shared& state : states_) size += size_of(*state);
  Writer to(size);
  to.number(format);
  to.number(static_cast<std::uint8_t>(states_.size()));
  for (const Shared& state : states_) write(to, *state);
  return to.done(size);
}

const SenderKeyState* SenderKeyRecord::find(ChainId chain_id) const {
  const auto found = std::ranges::find(states_, chain_id, [](const Shared& state) { return state->chain_id; });
  return found == states_.end() ? nullptr : found->get();
}

SenderKeyRecord SenderKeyRecord::with_first(SenderKeyState state) const {
  return with_first(std::make_shared<const SenderKeyState>(std::move(state)));
}

SenderKeyRecord SenderKeyRecord::with_first(Shared state) const {
  SenderKeyRecord after;
  after.states_.reserve(max_sender_key_states);
  after.states_.push_back(std::move(state));
  for (const Shared& one : states_) {
    if (after.states_.size() == max_sender_key_states) break;
    if (one->chain_id != after.states_.front()->chain_id) after.states_.push_back(one);
  }
  return after;
}

std::optional<SenderKeyRecord> SenderKeyRecord::with_known_first(ChainId chain_id,
                                                                 const crypto::PublicKey& signing_key) const {
  const auto known = std::ranges::find_if(
      states_, [&](const Shared& state) { return state->chain_id == chain_id && state->signing_key == signing_key; });
  if (known == states_.end()) return std::nullopt;
  return with_first(*known);
}

SenderKeyRecord SenderKeyRecord::with_advanced(SenderKeyState state) const {
  SenderKeyRecord after = *this;
  const auto place = std::ranges::find(after.states_, state.chain_id, [](const Shared& one) { return one->chain_id; });
  CHECK(place != after.states_.end());
  *place = std::make_shared<const SenderKeyState>(std::move(state));
  return after;
}

}  // namespace sotto::protocol

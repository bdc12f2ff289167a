#include "protocol/sender_key/distribute.hpp"

namespace sotto::protocol {
namespace {

SenderKeyState begin_chain(base::Random& random) {
  std::uint32_t raw_id = 0;
  for (const std::uint8_t byte : random.bytes<4>()) raw_id = raw_id << 8 | byte;
  auto key = SenderChainKey::made_by([&](std::span<std::uint8_t, 32> out) { random.fill(out); });
  crypto::KeyPair signing = crypto::KeyPair::generate(random);
  return {ChainId(raw_id >> 1),  // 31 bits, §7.2
          {std::move(key), 0, {}},
          signing.public_key,
          crypto::SigningKey(std::move(signing.private_key))};
}

SenderKeyDistributionMessage describe(const SenderKeyState& state, DistributionId id) {
  return {id, state.chain_id, state.chain.iteration, state.chain.key.clone(), state.signing_key};
}

}  // namespace

Distribution create_distribution(const SenderKeyRecord& record, DistributionId id, base::Random& random) {
  SenderKeyRecord after = record.first() != nullptr ? record : record.with_first(begin_chain(random));
  SenderKeyDistributionMessage message = describe(*after.first(), id);
  return {std::move(after), std::move(message)};
}

SenderKeyRecord process_distribution(const SenderKeyRecord& record, const SenderKeyDistributionMessage& message) {
  if (auto known = record.with_known_first(message.chain_id, message.signing_key)) return *std::move(known);
  return record.with_first(SenderKeyState{
      message.chain_id, {message.chain_key.clone(), message.iteration, {}}, message.signing_key, std::nullopt});
}

}  // namespace sotto::protocol

#include "protocol/spqr/ratchet.hpp"

namespace sotto::protocol::spqr {
namespace {

template <class... Phases>
bool is_one_of(const Phase& phase) {
  return (std::holds_alternative<Phases>(phase) || ...);
}

// What init, send and receive lead to and what they rely on (§6.5, §7.5): the braid's epoch and the chains' stand in a
// fixed relation, so the key epoch of the next message is there and there is room for one more.
bool fit(const Braid& braid, const Chains& chains) {
  const std::uint64_t key_epoch = braid.epoch() - 1;
  const bool has_own_secret = is_one_of<SendingCt1, EkComplete, Ct1Acknowledged, SendingCt2>(braid.phase());
  if (chains.newest() != (has_own_secret ? braid.epoch() : key_epoch)) return false;
  const bool may_be_silent = is_one_of<NoKeys, WaitingForHeader, HeaderComplete>(braid.phase());
  return chains.sending() == key_epoch || (may_be_silent && chains.sending() + 1 == key_epoch);
}

}  // namespace

void State::store(StoredWriter& write) const {
  write.number(static_cast<std::uint8_t>(chains.direction()));
  braid.store(write);
  chains.store(write);
}

std::optional<State> State::restore(StoredReader& read) {
  const auto number = read.number<std::uint8_t>();
  if (number > 1) return std::nullopt;
  const auto direction = static_cast<Direction>(number);
  auto braid = Braid::restore(read, direction);
  if (!braid) return std::nullopt;
  auto chains = Chains::restore(read, direction);
  if (!chains || !fit(*braid, *chains)) return std::nullopt;
  return State{*std::move(braid), *std::move(chains)};
}

State init(Direction direction, const AuthKey& auth_key, std::uint32_t max_jump) {
  return {Braid(direction, auth_key), Chains(direction, auth_key, max_jump)};
}

Outcome<Sent> send(const State& state, base::Random& random) {
  State after = state.clone();
  TRY(Part part, send_on(after, random));
  return Sent{std::move(after), std::move(part)};
}

Outcome<Received> receive(const State& state, base::View message) {
  State after = state.clone();
  TRY(MessageKey key, receive_on(after, message));
  return Received{std::move(after), std::move(key)};
}

Outcome<Part> send_on(State& copy, base::Random& random) {
  const std::uint64_t epoch = copy.braid.epoch();
  const Braid::Sent sent = copy.braid.send(random);
  if (sent.secret) copy.chains.add_epoch(*sent.secret);
  TRY(IndexedKey made, copy.chains.to_send(epoch - 1));
  const Message message{.epoch = epoch, .index = made.index, .type = sent.payload.type, .chunk = sent.payload.chunk};
  return Part{message.serialize(), std::move(made.key)};
}

Outcome<MessageKey> receive_on(State& copy, base::View bytes) {
  TRY(const Message message, Message::parse(bytes));
  TRY(const auto secret, copy.braid.receive(message));
  if (secret) copy.chains.add_epoch(*secret);
  return copy.chains.to_receive(message.epoch - 1, message.index);
}

}  // namespace sotto::protocol::spqr

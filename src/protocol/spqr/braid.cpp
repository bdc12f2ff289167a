#include "protocol/spqr/braid.hpp"

#include "crypto/equal.hpp"

namespace sotto::protocol::spqr {
namespace {

using Type = Message::Type;
using MaybeSecret = std::optional<EpochSecret>;

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};

template <std::size_t A, std::size_t B>
base::Bytes<A + B> joined(const base::Bytes<A>& front, const base::Bytes<B>& back) {
  base::Bytes<A + B> whole;
  std::ranges::copy(front, whole.begin());
  std::ranges::copy(back, whole.begin() + A);
  return whole;
}

template <std::size_t A, std::size_t B>
std::pair<base::Bytes<A>, base::Bytes<B>> cut(const base::Bytes<A + B>& whole) {
  std::pair<base::Bytes<A>, base::Bytes<B>> parts;
  std::copy_n(whole.begin(), A, parts.first.begin());
  std::copy_n(whole.begin() + A, B, parts.second.begin());
  return parts;
}

}  // namespace

Braid::Braid(Direction direction, const AuthKey& auth_key) : authenticator_(auth_key) {
  if (direction == Direction::recipient_to_initiator) phase_ = WaitingForHeader{};
}

Braid Braid::clone() const {
  return std::visit(
      [&](const auto& phase) -> Braid {
        if constexpr (requires { phase.clone(); }) {
          return {epoch_, authenticator_.clone(), phase.clone()};
        } else {
          return {epoch_, authenticator_.clone(), phase};
        }
      },
      phase_);
}

Braid::Sent Braid::send(base::Random& random) {
  const auto chunk = [](Type type, const Chunk& next) { return Sent{{type, next}, std::nullopt}; };
  const auto bare = [](Type type) { return Sent{{type, std::nullopt}, std::nullopt}; };
  return std::visit(Overloaded{[&](NoKeys& phase) { return send_from(phase, random); },
                               [&](SendingHeader& phase) { return chunk(Type::header, phase.header.next()); },
                               [&](SendingEk& phase) { return chunk(Type::ek, phase.ek.next()); },
                               [&](Ct1Complete& phase) { return chunk(Type::ek_and_ct1_received, phase.ek.next()); },
                               [&](ReceivingCt2&) { return bare(Type::ct1_received); },
                               [&](WaitingForHeader&) { return bare(Type::nothing); },
                               [&](HeaderComplete& phase) { return send_from(phase, random); },
                               [&](SendingCt1& phase) { return chunk(Type::ct1, phase.ct1.next()); },
                               [&](EkComplete& phase) { return chunk(Type::ct1, phase.ct1.next()); },
                               [&](Ct1Acknowledged&) { return bare(Type::nothing); },
                               [&](SendingCt2& phase) { return chunk(Type::ct2, phase.ct2.next()); }},
                    phase_);
}

Braid::Sent Braid::send_from(NoKeys&, base::Random& random) {
  mlkem::Seed seed = mlkem::Seed::made_by([&](auto out) { random.fill(out); });
  const mlkem::Header header = mlkem::split(mlkem::from_seed(seed).public_key).header;
  SendingHeader next{std::move(seed),
                     Encoder<header_chunks>(joined(header, authenticator_.header_mac(epoch_, header)))};
  const Chunk first = next.header.next();
  phase_ = std::move(next);
  return {{Type::header, first}, std::nullopt};
}

// The secret is there before the first chunk leaves, but is used only once the other end shows that it has it too.
Braid::Sent Braid::send_from(HeaderComplete& phase, base::Random& random) {
  mlkem::Message message = mlkem::Message::made_by([&](auto out) { random.fill(out); });
  const mlkem::FirstHalf half = mlkem::encapsulate_first(phase.header, message);
  EpochSecret secret = epoch_secret(epoch_, half.secret);
  authenticator_ = authenticator_.updated(epoch_, secret);
  SendingCt1 next{phase.header, std::move(message), Encoder<ct1_chunks>(half.ciphertext), {}};
  const Chunk first = next.ct1.next();
  phase_ = std::move(next);
  return {{Type::ct1, first}, std::move(secret)};
}

Outcome<MaybeSecret> Braid::receive(const Message& message) {
  if (message.epoch < epoch_) return MaybeSecret();
  if (message.epoch > epoch_) {
    // The other end has this epoch's secret: our part is done, and the roles change. Its payload is a mere signal.
    if (message.epoch - epoch_ != 1 || !std::holds_alternative<SendingCt2>(phase_)) return Refusal::epoch_out_of_range;
    phase_ = NoKeys{};
    ++epoch_;
    return MaybeSecret();
  }
  const Payload payload{message.type, message.chunk};
  return std::visit(
      [&](auto& phase) -> Outcome<MaybeSecret> {
        if constexpr (!requires { take(phase, payload); }) {
          return MaybeSecret();  // E0, C1, C5 wait for nothing in their own epoch
        } else if constexpr (std::is_void_v<decltype(take(phase, payload))>) {
          take(phase, payload);
          return MaybeSecret();
        } else if constexpr (std::is_same_v<decltype(take(phase, payload)), Outcome<void>>) {
          TRY_VOID(take(phase, payload));
          return MaybeSecret();
        } else {
          return take(phase, payload);
        }
      },
      phase_);
}

void Braid::take(SendingHeader& phase, const Payload& payload) {
  if (payload.type != Type::ct1) return;
  const mlkem::KeyVector vector = mlkem::split(mlkem::from_seed(phase.seed).public_key).vector;
  SendingEk next{std::move(phase.seed), Encoder<ek_chunks>(vector), {}};
  next.ct1.add(*payload.chunk);  // one chunk completes nothing
  phase_ = std::move(next);
}

void Braid::take(SendingEk& phase, const Payload& payload) {
  if (payload.type != Type::ct1) return;
  const auto ct1 = phase.ct1.add(*payload.chunk);
  if (ct1) phase_ = Ct1Complete{std::move(phase.seed), phase.ek, *ct1};
}

void Braid::take(Ct1Complete& phase, const Payload& payload) {
  if (payload.type != Type::ct2) return;
  ReceivingCt2 next{std::move(phase.seed), phase.ct1, {}};
  next.ct2.add(*payload.chunk);
  phase_ = std::move(next);
}

Outcome<MaybeSecret> Braid::take(ReceivingCt2& phase, const Payload& payload) {
  if (payload.type != Type::ct2) return MaybeSecret();
  const auto complete = phase.ct2.add(*payload.chunk);
  if (!complete) return MaybeSecret();

  const auto [ct2, mac] = cut<128, 32>(*complete);
  const auto shared = mlkem::decapsulate(mlkem::from_seed(phase.seed).secret_key, mlkem::joined(phase.ct1, ct2));
  CHECK(shared.has_value());  // a key made from a seed is sound
  EpochSecret secret = epoch_secret(epoch_, *shared);
  Authenticator updated = authenticator_.updated(epoch_, secret);
  if (!crypto::equal(updated.ciphertext_mac(epoch_, phase.ct1, ct2), mac)) return Refusal::bad_mac;

  authenticator_ = std::move(updated);
  ++epoch_;
  phase_ = WaitingForHeader{};
  return MaybeSecret(std::move(secret));
}

Outcome<void> Braid::take(WaitingForHeader& phase, const Payload& payload) {
  if (payload.type != Type::header) return {};
  const auto complete = phase.header.add(*payload.chunk);
  if (!complete) return {};
  const auto [header, mac] = cut<64, 32>(*complete);
  if (!crypto::equal(authenticator_.header_mac(epoch_, header), mac)) return Refusal::bad_mac;
  phase_ = HeaderComplete{header};
  return {};
}

Outcome<void> Braid::take(SendingCt1& phase, const Payload& payload) {
  if (payload.type != Type::ek && payload.type != Type::ek_and_ct1_received) return {};
  const bool is_acknowledged = payload.type == Type::ek_and_ct1_received;
  const auto ek = phase.ek.add(*payload.chunk);
  if (ek && !mlkem::is_key(phase.header, *ek)) return Refusal::bad_key;
  if (ek && is_acknowledged) {
    phase_ = answered(phase.header, phase.message, phase.ct1.payload(), *ek);
  } else if (ek) {
    phase_ = EkComplete{phase.header, std::move(phase.message), phase.ct1, *ek};
  } else if (is_acknowledged) {
    phase_ = Ct1Acknowledged{phase.header, std::move(phase.message), phase.ct1.payload(), phase.ek};
  }
  return {};
}

void Braid::take(EkComplete& phase, const Payload& payload) {
  if (payload.type != Type::ek_and_ct1_received && payload.type != Type::ct1_received) return;
  phase_ = answered(phase.header, phase.message, phase.ct1.payload(), phase.ek);
}

Outcome<void> Braid::take(Ct1Acknowledged& phase, const Payload& payload) {
  if (payload.type != Type::ek && payload.type != Type::ek_and_ct1_received) return {};
  const auto ek = phase.ek.add(*payload.chunk);
  if (!ek) return {};
  if (!mlkem::is_key(phase.header, *ek)) return Refusal::bad_key;
  phase_ = answered(phase.header, phase.message, phase.ct1, *ek);
  return {};
}

Phase Braid::answered(const mlkem::Header& header, const mlkem::Message& message, const mlkem::FirstPart& ct1,
                      const mlkem::KeyVector& ek) const {
  const mlkem::LastPart ct2 = mlkem::encapsulate_last(header, message, ek);
  return SendingCt2{Encoder<ct2_chunks>(joined(ct2, authenticator_.ciphertext_mac(epoch_, ct1, ct2)))};
}

}  // namespace sotto::protocol::spqr

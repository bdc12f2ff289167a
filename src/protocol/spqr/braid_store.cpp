#include "protocol/spqr/braid.hpp"

// How the eleven states are kept (spqr.md §9): the number of the state, then what it holds.
namespace sotto::protocol::spqr {
namespace {

constexpr std::uint8_t first_ct_phase = 5;               // C0; those before it are the EK side's
constexpr std::uint64_t last_epoch = ~0ull >> 1;         // no session gets there, and sums of epochs stay in range
constexpr std::size_t epoch_and_keys = 1 + 8 + 32 + 32;  // the state's number, epoch, authenticator

template <std::size_t N>
void store(StoredWriter& write, const base::Bytes<N>& bytes) {
  write.bytes(bytes);
}
template <class Tag, std::size_t N>
void store(StoredWriter& write, const base::Secret<Tag, N>& secret) {
  write.secret(secret);
}
template <std::size_t N>
void store(StoredWriter& write, const Encoder<N>& encoder) {
  write.bytes(encoder.payload());
  write.number(encoder.next_index());
}
template <std::size_t N>
void store(StoredWriter& write, const Decoder<N>& decoder) {
  write.number(static_cast<std::uint8_t>(decoder.chunks().size()));
  for (const Chunk& chunk : decoder.chunks()) {
    write.number(chunk.index);
    write.bytes(chunk.bytes);
  }
}

// Braces read their parts in the order in which they were written.
struct Part {
  StoredReader& read;

  template <std::size_t N>
  operator base::Bytes<N>() {
    return read.bytes<N>();
  }
  template <class Tag, std::size_t N>
  operator base::Secret<Tag, N>() {
    return read.secret<base::Secret<Tag, N>>();
  }
  template <std::size_t N>
  operator Encoder<N>() {
    const auto payload = read.bytes<N * chunk_size>();
    return Encoder<N>(payload, read.number<std::uint16_t>());
  }
  template <std::size_t N>
  operator Decoder<N>() {
    Decoder<N> decoder;
    const auto size = read.number<std::uint8_t>();
    read.require(size < N);  // a complete one has led to another state
    for (std::uint8_t i = 0; i < size && read.is_sound(); ++i) {
      const auto index = read.number<std::uint16_t>();
      decoder.add({index, read.bytes<chunk_size>()});
      read.require(decoder.chunks().size() == i + 1u);  // none twice
    }
    return decoder;
  }
};

Phase restored(std::uint8_t number, StoredReader& read) {
  const auto part = [&] { return Part{read}; };
  switch (number) {
    case 0:
      return NoKeys{};
    case 1:
      return SendingHeader{part(), part()};
    case 2:
      return SendingEk{part(), part(), part()};
    case 3:
      return Ct1Complete{part(), part(), part()};
    case 4:
      return ReceivingCt2{part(), part(), part()};
    case 5:
      return WaitingForHeader{part()};
    case 6:
      return HeaderComplete{part()};
    case 7:
      return SendingCt1{part(), part(), part(), part()};
    case 8:
      return EkComplete{part(), part(), part(), part()};
    case 9:
      return Ct1Acknowledged{part(), part(), part(), part()};
    case 10:
      return SendingCt2{part()};
    default:
      read.require(false);
      return NoKeys{};
  }
}

}  // namespace

std::size_t Braid::stored_size() const { return epoch_and_keys + sizeof(Phase); }  // never less than what is written

void Braid::store(StoredWriter& write) const {
  write.number(static_cast<std::uint8_t>(phase_.index()));
  write.number(epoch_);
  write.secret(authenticator_.root());
  write.secret(authenticator_.mac());
  const auto each = [&](const auto&... parts) { (spqr::store(write, parts), ...); };
  std::visit(
      [&](const auto& phase) {
        using P = std::decay_t<decltype(phase)>;
        if constexpr (std::is_same_v<P, SendingHeader>) each(phase.seed, phase.header);
        if constexpr (std::is_same_v<P, SendingEk>) each(phase.seed, phase.ek, phase.ct1);
        if constexpr (std::is_same_v<P, Ct1Complete>) each(phase.seed, phase.ek, phase.ct1);
        if constexpr (std::is_same_v<P, ReceivingCt2>) each(phase.seed, phase.ct1, phase.ct2);
        if constexpr (std::is_same_v<P, WaitingForHeader>) each(phase.header);
        if constexpr (std::is_same_v<P, HeaderComplete>) each(phase.header);
        if constexpr (std::is_same_v<P, SendingCt1>) each(phase.header, phase.message, phase.ct1, phase.ek);
        if constexpr (std::is_same_v<P, EkComplete>) each(phase.header, phase.message, phase.ct1, phase.ek);
        if constexpr (std::is_same_v<P, Ct1Acknowledged>) each(phase.header, phase.message, phase.ct1, phase.ek);
        if constexpr (std::is_same_v<P, SendingCt2>) each(phase.ct2);
      },
      phase_);
}

std::optional<Braid> Braid::restore(StoredReader& read, Direction direction) {
  const auto number = read.number<std::uint8_t>();
  const auto epoch = read.number<std::uint64_t>();
  auto root = read.secret<Authenticator::RootKey>();
  auto mac = read.secret<Authenticator::MacKey>();
  Phase phase = restored(number, read);

  // Odd epochs are the initiator's to make the key for, even ones the recipient's (§1.2).
  const bool is_ek_side = (epoch % 2 == 1) == (direction == Direction::initiator_to_recipient);
  if (!read.is_sound() || epoch == 0 || epoch > last_epoch) return std::nullopt;
  if (is_ek_side != (number < first_ct_phase)) return std::nullopt;
  return Braid(epoch, Authenticator(std::move(root), std::move(mac)), std::move(phase));
}

}  // namespace sotto::protocol::spqr

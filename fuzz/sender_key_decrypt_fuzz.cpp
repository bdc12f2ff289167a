// room: protocol
// Reading a group's messages. An input is the number of a moment and a message; without a message it stands for the
// genuine next one. The mutator changes single fields, and half of the time signs again with the sender's key, so that
// chains and padding are reached; odd moments are distribution messages.
#include "base/check.hpp"
#include "fields.hpp"
#include "protocol/sender_key/decrypt.hpp"
#include "protocol/sender_key/distribute.hpp"
#include "protocol/sender_key/encrypt.hpp"

using namespace sotto;
using namespace sotto::protocol;

namespace {

constexpr std::size_t signature_size = 64;

struct Moment {
  SenderKeyRecord receiver;
  bool is_distribution;
  base::Blob genuine;
};

class World {
 public:
  World() {
    moments_.push_back({{}, false, message()});  // nothing is known of the sender
    const Distribution first = create_distribution(sender_, id_, random_);
    moments_.push_back({{}, true, base::blob(first.message.serialize().expose())});
    SenderKeyRecord receiver = process_distribution({}, first.message);
    moments_.push_back({receiver, false, message()});
    for (int i = 0; i < 5; ++i) sender_ = encrypted().record;
    const SenderKeyEncrypted sent = encrypted();
    receiver = sender_key_decrypt(receiver, SenderKeyMessage::parse(sent.message).value()).value().record;
    moments_.push_back(
        {receiver, true, base::blob(create_distribution(sent.record, id_, random_).message.serialize().expose())});
    moments_.push_back({receiver, false, message()});  // one that was skipped comes late
    sender_ = sent.record;
    moments_.push_back(
        {receiver, true, base::blob(create_distribution({}, id_, random_).message.serialize().expose())});
    for (int i = 0; i < 5; ++i)
      receiver = process_distribution(receiver, create_distribution({}, id_, random_).message);
    moments_.push_back({receiver, false, message()});  // its chain was pushed out
  }

  const Moment& at(std::size_t number) const { return moments_[number % moments_.size()]; }

  base::Blob sign(base::View unsigned_message) {
    const auto signature = crypto::sign(*sender_.first()->own_signing_key, unsigned_message, random_);
    return base::concat({unsigned_message, signature});
  }

 private:
  SenderKeyEncrypted encrypted() {
    return sender_key_encrypt(sender_, id_, base::view("a text of some length"), random_).value();
  }
  base::Blob message() { return encrypted().message; }

  fuzz::SeededRandom random_{3};
  const DistributionId id_{base::Uuid{random_.bytes<16>()}};
  SenderKeyRecord sender_ = create_distribution({}, id_, random_).record;
  std::vector<Moment> moments_;
};

World& world() {
  static World whole;
  return whole;
}

base::Blob mutated_message(base::View message, fuzz::Luck& luck) {
  if (message.size() < 1 + signature_size) return base::blob(message);
  auto parts = fuzz::take_apart(message.subspan(1, message.size() - 1 - signature_size));
  for (unsigned i = 0; i <= luck() % 3; ++i) fuzz::mutate_fields(parts, luck);
  const base::Blob made = base::concat({message.first(1), fuzz::put_together(parts)});
  return fuzz::happens(luck, 2) ? world().sign(made) : base::concat({made, message.last(signature_size)});
}

base::Blob mutated_distribution(base::View message, fuzz::Luck& luck) {
  if (message.empty()) return {};
  auto parts = fuzz::take_apart(message.subspan(1));
  fuzz::mutate_fields(parts, luck);
  return base::concat({message.first(1), fuzz::put_together(parts)});
}

void check(const SenderKeyRecord& record) {
  const auto bytes = record.serialize();
  const auto again = SenderKeyRecord::parse(bytes.expose());
  CHECK(again && base::same(again->serialize().expose(), bytes.expose()));
  CHECK(record.size() <= max_sender_key_states);
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* bytes, std::size_t size, std::size_t room, unsigned seed) {
  fuzz::Luck luck(seed);
  const std::uint8_t number = size == 0 || fuzz::happens(luck, 16) ? static_cast<std::uint8_t>(luck()) : bytes[0];
  const Moment& moment = world().at(number);
  const bool is_fresh = size <= 1 || fuzz::happens(luck, 8);
  base::Blob message = is_fresh ? moment.genuine : base::Blob(bytes + 1, bytes + size);
  if (fuzz::happens(luck, 8)) {
    fuzz::mutate_bytes(message);
  } else {
    message = moment.is_distribution ? mutated_distribution(message, luck) : mutated_message(message, luck);
  }
  return fuzz::give(base::concat({base::Bytes<1>{number}, message}), bytes, room);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const Moment& moment = world().at(bytes[0]);
  const base::Blob raw = size == 1 ? moment.genuine : base::Blob(bytes + 1, bytes + size);
  const auto before = moment.receiver.serialize();
  if (moment.is_distribution) {
    const auto message = SenderKeyDistributionMessage::parse(raw);
    if (message) check(process_distribution(moment.receiver, *message));
    return 0;
  }
  const auto message = SenderKeyMessage::parse(raw);
  if (!message) return 0;
  const auto read = sender_key_decrypt(moment.receiver, *message);
  CHECK(base::same(moment.receiver.serialize().expose(), before.expose()));
  if (!read) return 0;
  check(read->record);
  CHECK(!sender_key_decrypt(read->record, *message));  // nothing is read twice
  return 0;
}

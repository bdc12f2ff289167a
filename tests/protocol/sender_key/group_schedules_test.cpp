// Several senders and receivers, and a network that loses, repeats, reorders and damages; anybody may restart or begin
// a new chain at any time. A model beside each receiver knows what it must make of each message.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "protocol/sender_key/decrypt.hpp"
#include "protocol/sender_key/distribute.hpp"
#include "protocol/sender_key/encrypt.hpp"
#include "support/seeded_random.hpp"

namespace sotto::protocol {
namespace {

constexpr std::size_t people = 3;
const DistributionId group{{{4, 5, 6}}};

// What a receiver must know of one chain: where it is, and what it passed over.
struct ModelChain {
  ChainId id;
  std::uint32_t next;
  std::set<std::uint32_t> skipped;
};

struct Model {
  std::vector<ModelChain> chains;  // the most recent first

  void process(const SenderKeyDistributionMessage& message) {
    const auto known = std::ranges::find(chains, message.chain_id, &ModelChain::id);
    ModelChain chain = known != chains.end() ? *known : ModelChain{message.chain_id, message.iteration, {}};
    if (known != chains.end()) chains.erase(known);
    if (chains.size() == max_sender_key_states) chains.pop_back();
    chains.insert(chains.begin(), chain);
  }

  // Nothing if it must decrypt.
  std::optional<Error> receive(ChainId id, std::uint32_t iteration) {
    const auto chain = std::ranges::find(chains, id, &ModelChain::id);
    if (chain == chains.end()) return Error::no_sender_key;
    if (iteration < chain->next) {
      if (chain->skipped.erase(iteration) == 0) return Error::duplicate_message;
      return std::nullopt;
    }
    while (chain->next < iteration) chain->skipped.insert(chain->next++);
    chain->next = iteration + 1;
    return std::nullopt;
  }
};

struct Sent {
  std::size_t from;
  base::Blob bytes;
  base::Blob text;
};

class Group {
 public:
  explicit Group(std::uint64_t seed) : random_(seed) {}

  void send() {
    const std::size_t who = person();
    if (sending_[who].first() == nullptr) begin_chain(who);
    const base::Blob text = base::blob(random_.bytes<9>());
    auto sent = sender_key_encrypt(sending_[who], group, text, random_);
    RC_ASSERT(sent);
    sending_[who] = std::move(sent->record);
    network_.push_back({who, std::move(sent->message), text});
  }

  void begin_chain(std::size_t who) {  // and give it to some of the others, as it is now or, later, as it will be then
    sending_[who] = {};
    distribute(who);
  }
  void begin_chain() { begin_chain(person()); }

  void distribute(std::size_t who) {
    Distribution made = create_distribution(sending_[who], group, random_);
    sending_[who] = std::move(made.record);
    for (std::size_t to = 0; to < people; ++to) {
      if (!*rc::gen::arbitrary<bool>()) continue;
      const auto message = SenderKeyDistributionMessage::parse(made.message.serialize().expose());
      RC_ASSERT(message);
      receiving_[to][who] = process_distribution(receiving_[to][who], *message);
      models_[to][who].process(*message);
    }
  }
  void distribute() { distribute(person()); }

  void deliver() {
    if (network_.empty()) return;
    deliver(any_sent(), person());
  }
  void deliver(const Sent& sent, std::size_t to) {
    const auto message = SenderKeyMessage::parse(sent.bytes);
    RC_ASSERT(message);
    SenderKeyRecord& record = receiving_[to][sent.from];
    const base::SecretBlob before = record.serialize();
    auto received = sender_key_decrypt(record, *message);
    RC_ASSERT(base::same(record.serialize().expose(), before.expose()));
    const auto expected = models_[to][sent.from].receive(message->chain_id, message->iteration);
    if (expected) {
      RC_ASSERT(!received);
      RC_ASSERT(received.error() == *expected);
    } else {
      RC_ASSERT(received);
      RC_ASSERT(received->plaintext == sent.text);
      record = std::move(received->record);
    }
  }
  void deliver_everything_that_is_left() {
    for (std::size_t to = 0; to < people; ++to) {
      for (const Sent& sent : network_) deliver(sent, to);
      for (const Sent& sent : network_) deliver(sent, to);  // by now all are read, too old, or of chains never given
    }
  }

  // A damaged message, or somebody else's under this name, decrypts to nothing and leaves no trace.
  void damage() {
    if (network_.empty()) return;
    Sent sent = any_sent();
    const std::size_t to = person();
    const auto bit = *rc::gen::inRange<std::size_t>(0, sent.bytes.size() * 8);
    sent.bytes[bit / 8] = static_cast<std::uint8_t>(sent.bytes[bit / 8] ^ (1u << bit % 8));
    refuse(receiving_[to][sent.from], sent.bytes);
  }
  void misname() {
    if (network_.empty()) return;
    const Sent& sent = any_sent();
    refuse(receiving_[person()][(sent.from + 1) % people], sent.bytes);
  }

  void restart() {
    const std::size_t who = person();
    reload(sending_[who]);
    for (SenderKeyRecord& record : receiving_[who]) reload(record);
  }

 private:
  std::size_t person() { return *rc::gen::inRange<std::size_t>(0, people); }
  const Sent& any_sent() { return network_[*rc::gen::inRange<std::size_t>(0, network_.size())]; }

  static void refuse(const SenderKeyRecord& record, const base::Blob& bytes) {
    const base::SecretBlob before = record.serialize();
    const auto message = SenderKeyMessage::parse(bytes);
    if (message) RC_ASSERT(!sender_key_decrypt(record, *message));
    RC_ASSERT(base::same(record.serialize().expose(), before.expose()));
  }
  static void reload(SenderKeyRecord& record) {
    auto again = SenderKeyRecord::parse(record.serialize().expose());
    RC_ASSERT(again);
    record = *std::move(again);
  }

  test::SeededRandom random_;
  std::array<SenderKeyRecord, people> sending_;
  std::array<std::array<SenderKeyRecord, people>, people> receiving_;  // by receiver, then sender
  std::array<std::array<Model, people>, people> models_;
  std::vector<Sent> network_;
};

RC_GTEST_PROP(GroupSchedules, EveryMessageIsReadExactlyWhenItMustBe, (std::uint64_t seed)) {
  Group town(seed);
  const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 20));
  for (const int step : steps) {
    if (step < 7) {
      town.send();
    } else if (step < 13) {
      town.deliver();
    } else if (step < 15) {
      town.distribute();
    } else if (step == 15) {
      town.begin_chain();
    } else if (step == 16) {
      town.damage();
    } else if (step == 17) {
      town.misname();
    } else {
      town.restart();
    }
  }
  town.deliver_everything_that_is_left();
}

}  // namespace
}  // namespace sotto::protocol

// Two parties, and a network that loses, repeats and reorders; either may start anew or restart at any time.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "base/encoding.hpp"
#include "protocol/person.hpp"
#include "protocol/session/prekey_message.hpp"

namespace sotto::protocol {
namespace {

using test::Person;

struct Envelope {
  std::size_t to;
  test::Sent sent;
  base::Blob plaintext;
  bool is_delivered = false;
};

struct World {
  explicit World(std::uint64_t seed)
      : people{Person("9d0652a3-dcc3-4d11-975f-74d61598733f", 1, seed),
               Person("796abedb-ca4e-4f18-8803-1fde5b921f9f", 1, seed + 1)} {}

  Person& other(std::size_t who) { return people[1 - who]; }

  void start(std::size_t who) {
    RC_ASSERT(people[who].start(other(who).publish(*rc::gen::arbitrary<bool>()), other(who).address));
  }

  void send(std::size_t who) {
    Person& sender = people[who];
    if (!sender.record.can_send(sender.now_ms)) start(who);
    base::Blob text = base::blob(sender.random.bytes<16>());
    auto sent = sender.send(other(who).address, text);
    RC_ASSERT(sent);
    network.push_back({1 - who, *std::move(sent), std::move(text), false});
  }

  // Within the limits that a schedule of this length keeps to, everything decrypts once and is a duplicate afterwards.
  void deliver(std::size_t at) {
    Envelope& envelope = network[at];
    Person& receiver = people[envelope.to];
    const auto before = receiver.record.serialize();
    const auto received = receiver.receive(other(envelope.to).address, envelope.sent);
    if (received) {
      RC_ASSERT(!envelope.is_delivered);
      RC_ASSERT(*received == envelope.plaintext);
      envelope.is_delivered = true;
    } else {
      RC_ASSERT(base::same(receiver.record.serialize().expose(), before.expose()));
      if (!envelope.is_delivered) ++refused;
    }
  }

  void forge(std::size_t at) {
    Envelope envelope = network[at];
    Person& receiver = people[envelope.to];
    const auto bit = *rc::gen::inRange<std::size_t>(0, envelope.sent.bytes.size() * 8);
    envelope.sent.bytes[bit / 8] = static_cast<std::uint8_t>(envelope.sent.bytes[bit / 8] ^ (1u << bit % 8));
    const auto before = receiver.record.serialize();
    const auto one_time_before = receiver.one_time.size();
    const auto received = receiver.receive(other(envelope.to).address, envelope.sent);
    // The registration id and the low nibble around a prekey message are bound by nothing; the text stays the same.
    if (received) {
      RC_ASSERT(envelope.sent.type == MessageType::prekey && *received == envelope.plaintext);
      network[at].is_delivered = true;
    } else {
      RC_ASSERT(base::same(receiver.record.serialize().expose(), before.expose()));
      RC_ASSERT(receiver.one_time.size() == one_time_before);
    }
  }

  std::array<Person, 2> people;
  std::vector<Envelope> network;
  int refused = 0;
};

void run(World& world, std::size_t steps) {
  for (std::size_t step = 0; step < steps; ++step) {
    const auto who = *rc::gen::inRange<std::size_t>(0, 2);
    switch (*rc::gen::inRange(0, 12)) {
      case 0:
        world.start(who);
        break;
      case 1:
        world.people[who].restart();
        break;
      case 2:
        if (!world.network.empty()) world.forge(*rc::gen::inRange<std::size_t>(0, world.network.size()));
        break;
      case 3:
      case 4:
      case 5:
      case 6:
        world.send(who);
        break;
      default:
        if (!world.network.empty()) world.deliver(*rc::gen::inRange<std::size_t>(0, world.network.size()));
    }
  }
  // A network that works again: after one exchange both read each other.
  for (std::size_t round = 0; round < 2; ++round) {
    for (const std::size_t who : {0u, 1u}) {
      world.send(who);
      world.deliver(world.network.size() - 1);
      RC_ASSERT(world.network.back().is_delivered);
    }
  }
}

RC_GTEST_PROP(Schedules, OfTwoPartiesLoseNothingButWhatTheNetworkLost_A24, (std::uint64_t seed)) {
  World world(seed);
  run(world, *rc::gen::inRange<std::size_t>(1, 60));
}

RC_GTEST_PROP(Schedules, InOrderEveryMessageIsReadAtOnce, (std::uint64_t seed, const std::vector<bool>& speakers)) {
  World world(seed);
  for (const bool speaker : speakers) {
    world.send(speaker ? 1 : 0);
    world.deliver(world.network.size() - 1);
    RC_ASSERT(world.network.back().is_delivered);
  }
  RC_ASSERT(world.refused == 0);
}

RC_GTEST_PROP(Schedules, NoTwoMessagesShareAKey, (std::uint64_t seed, const std::vector<bool>& speakers)) {
  World world(seed);
  std::set<base::Blob> seen;  // equal texts under equal keys would be equal ciphertexts
  for (const bool speaker : speakers) {
    const std::size_t who = speaker ? 1 : 0;
    if (!world.people[who].record.can_send(0)) world.start(who);
    const auto sent = world.people[who].send(world.other(who).address, base::view("the same text"));
    const auto message = sent->type == MessageType::prekey ? PreKeySignalMessage::parse(sent->bytes)->message
                                                           : *SignalMessage::parse(sent->bytes);
    RC_ASSERT(seen.insert(base::blob(message.ciphertext)).second);
    if (*rc::gen::arbitrary<bool>()) {
      RC_ASSERT(world.other(who).receive(world.people[who].address, *sent));
    }
  }
}

}  // namespace
}  // namespace sotto::protocol

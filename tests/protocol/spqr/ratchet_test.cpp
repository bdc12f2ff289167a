// Two parties of the post-quantum ratchet and the network between them.
#include "protocol/spqr/ratchet.hpp"

#include <gtest/gtest.h>

#include <set>

#include "base/encoding.hpp"
#include "protocol/spqr/phase_name.hpp"
#include "protocol/spqr/refusal_word.hpp"
#include "protocol/spqr/reloaded.hpp"
#include "support/seeded_random.hpp"

namespace sotto::protocol::spqr {
namespace {

using Type = Message::Type;

struct Letter {
  base::Blob bytes;
  std::string key;
  Message message() const { return *Message::parse(bytes); }
};

class Party {
 public:
  Party(Direction direction, std::uint64_t seed)
      : state(init(direction, AuthKey(base::Bytes<32>{42}), 25'000)), random(seed) {}

  Letter send() {
    auto sent = spqr::send(state, random);
    EXPECT_TRUE(sent.has_value());
    state = std::move(sent->state);
    return {base::blob(sent->part.message.view()), base::to_hex(sent->part.key.expose())};
  }

  // Nothing about the state has changed if it refuses.
  Outcome<std::string> receive(base::View bytes) {
    const base::SecretBlob before = test::stored(state);
    auto received = spqr::receive(state, bytes);
    if (!received) {
      EXPECT_TRUE(base::same(test::stored(state).expose(), before.expose()));
      return received.error();
    }
    state = std::move(received->state);
    return base::to_hex(received->key.expose());
  }
  bool reads(const Letter& letter) {
    const auto key = receive(letter.bytes);
    EXPECT_TRUE(!key || *key == letter.key);
    return key.has_value();
  }

  State state;
  test::SeededRandom random;
};

class SpqrRatchet : public testing::Test {
 protected:
  Party a{Direction::initiator_to_recipient, 1}, b{Direction::recipient_to_initiator, 2};

  // One message each way; false in the answer loses it.
  void turn(bool a_arrives, bool b_arrives) {
    const Letter from_a = a.send();
    if (a_arrives) {
      EXPECT_TRUE(b.reads(from_a));
    }
    const Letter from_b = b.send();
    if (b_arrives) {
      EXPECT_TRUE(a.reads(from_b));
    }
  }
};

TEST_F(SpqrRatchet, BeginsWithTheInitiatorsHeader) {
  const Letter first = a.send();
  EXPECT_EQ(base::to_hex(first.bytes).substr(0, 10), "0101010100");
  EXPECT_EQ(first.bytes.size(), 37u);
  EXPECT_TRUE(b.reads(first));
  EXPECT_EQ(base::to_hex(b.send().bytes), "01010100");
}

TEST_F(SpqrRatchet, ReadsOneSpellingOrAnotherOfTheSameMessageButNothingElse) {
  const std::pair<const char*, bool> rows[] = {
      {"0181000100", true}, {"01010100ffff", true}, {"010101", false},   {"0101", false},
      {"01", false},        {"01000100", false},    {"01010107", false}, {"0101808080801000", false},
      {"02010100", false},  {"00010100", false},    {"", false}};
  for (const auto& [bytes, is_read] : rows) {
    Party fresh(Direction::initiator_to_recipient, 1);
    EXPECT_EQ(fresh.receive(*base::from_hex(bytes)).has_value(), is_read) << bytes;
  }
}

// §6.6, and the epochs after it look alike.
TEST_F(SpqrRatchet, AlternatingSendsTheTypesOfTheTable) {
  std::string from_a, from_b;
  const auto note = [](std::string& run, const Letter& letter) {
    run += static_cast<char>('0' + static_cast<int>(letter.message().type));
  };
  for (int turn = 0; turn < 43 + 44 + 44; ++turn) {
    const Letter one = a.send();
    note(from_a, one);
    EXPECT_TRUE(b.reads(one));
    const Letter other = b.send();
    note(from_b, other);
    EXPECT_TRUE(a.reads(other));
  }
  const auto times = [](char type, std::size_t count) { return std::string(count, type); };
  const std::string key_side = times('1', 3) + times('2', 29) + times('3', 7) + times('4', 4);
  const std::string ciphertext_side = times('0', 3) + times('5', 30) + times('0', 6) + times('6', 5);
  EXPECT_EQ(from_a, key_side + ciphertext_side + key_side + "0");
  EXPECT_EQ(from_b, ciphertext_side.substr(1) + key_side + ciphertext_side + "1");
}

TEST_F(SpqrRatchet, TakesTheHeaderInAnyOrder) {
  const Letter first = a.send(), second = a.send(), third = a.send();
  EXPECT_TRUE(b.reads(third));
  EXPECT_EQ(b.send().message().type, Type::nothing);
  EXPECT_TRUE(b.reads(first));
  EXPECT_TRUE(b.reads(second));
  EXPECT_EQ(b.send().message().type, Type::ct1);
}

TEST_F(SpqrRatchet, GoesOnWhenEverySecondMessageIsLost) {
  for (int i = 0; i < 800; ++i) turn(i % 2 == 0, i % 2 == 1);
  EXPECT_GE(a.state.braid.epoch(), 5u);
}

TEST_F(SpqrRatchet, RefusesEveryMessageTheSecondTime) {
  for (int i = 0; i < 200; ++i) {
    const Letter from_a = a.send();
    EXPECT_TRUE(b.reads(from_a));
    EXPECT_EQ(b.receive(from_a.bytes).error(), Refusal::already_used);
    const Letter from_b = b.send();
    EXPECT_TRUE(a.reads(from_b));
    EXPECT_EQ(a.receive(from_b.bytes).error(), Refusal::already_used);
  }
  EXPECT_GE(a.state.braid.epoch(), 4u);
}

// Long bursts: the key epoch before the last one sent in is the oldest that is kept (§7.5).
TEST_F(SpqrRatchet, ReadsLateMessagesUntilItSendsTwoEpochsFurtherOn) {
  std::vector<Letter> held;
  const auto burst = [](Party& from, Party& to, std::vector<Letter>* kept) {
    for (int i = 0; i < 60; ++i) {
      Letter letter = from.send();
      if (kept != nullptr && i % 20 == 10) {
        kept->push_back(std::move(letter));
      } else {
        EXPECT_TRUE(to.reads(letter));
      }
    }
  };
  for (int round = 1; round <= 5; ++round) {
    burst(a, b, round == 1 ? &held : nullptr);
    burst(b, a, nullptr);
    if (round == 3) {
      EXPECT_EQ(b.state.chains.sending(), 1u);
      EXPECT_TRUE(b.reads(held[0]));
    }
    if (round == 4) {
      EXPECT_TRUE(b.reads(held[1]));
    }
  }
  EXPECT_EQ(b.state.chains.sending(), 2u);
  EXPECT_EQ(b.receive(held[2].bytes).error(), Refusal::epoch_out_of_range);
}

TEST_F(SpqrRatchet, RepeatsItsChunksFrom0After65535) {
  std::vector<Letter> sent;
  for (int i = 0; i < 65'545; ++i) {
    sent.push_back(a.send());
    if (i == 65'000) a.state = test::reloaded(a.state);
  }
  EXPECT_EQ(sent[65'535].message().chunk->index, 65'535);
  for (std::size_t i = 0; i < 9; ++i) EXPECT_EQ(sent[65'536 + i].message().chunk, sent[i].message().chunk);
  EXPECT_EQ(test::phase_name(a.state.braid), "E1/1");
}

TEST_F(SpqrRatchet, RefusesWhatNoHonestPeerCanHaveReached) {
  turn(true, true);
  Message ahead = a.send().message();
  ahead.epoch = 2;
  EXPECT_EQ(b.receive(ahead.serialize().view()).error(), Refusal::epoch_out_of_range);
  ahead.epoch = ~0ull;
  EXPECT_EQ(b.receive(ahead.serialize().view()).error(), Refusal::epoch_out_of_range);
}

// A peer that lies about its chunks can only stop the braid; the keys that are there go on.
TEST_F(SpqrRatchet, StaysInItsEpochWhenChunksAreForged) {
  EXPECT_TRUE(b.reads(a.send()));
  Message forged = a.send().message();
  forged.chunk->bytes[0] ^= 1;
  EXPECT_TRUE(b.receive(forged.serialize().view()).has_value());
  EXPECT_EQ(b.receive(a.send().bytes).error(), Refusal::bad_mac);
  EXPECT_EQ(test::phase_name(b.state.braid), "C0/1");
  EXPECT_TRUE(a.reads(b.send()));
}

struct Network {
  std::vector<Letter> under_way;
  std::set<std::string> keys;

  // Takes one out at random; sometimes it stays and comes again.
  Letter take(test::SeededRandom& random) {
    const auto raw = random.bytes<3>();
    const std::size_t at = (raw[0] * 256u + raw[1]) % under_way.size();
    Letter taken = under_way[at];
    if (raw[2] >= 25) under_way.erase(under_way.begin() + static_cast<std::ptrdiff_t>(at));
    return taken;
  }
};

void post(Party& from, Network& network, test::SeededRandom& random) {
  Letter letter = from.send();
  EXPECT_TRUE(network.keys.insert(letter.key).second) << "a key was given out twice";
  if (random.bytes<1>()[0] >= 64) network.under_way.push_back(std::move(letter));  // a quarter is lost
}

void arrive(Party& to, Network& network, std::set<base::Blob>& read, test::SeededRandom& random) {
  if (network.under_way.empty()) return;
  const Letter letter = network.take(random);
  base::Blob forged = letter.bytes;
  forged[random.bytes<1>()[0] % forged.size()] ^= random.bytes<1>()[0];
  const base::SecretBlob before = test::stored(to.state);
  static_cast<void>(receive(to.state, forged));  // whatever comes of it, its message has no MAC and it is thrown away
  EXPECT_TRUE(base::same(test::stored(to.state).expose(), before.expose()));

  if (to.reads(letter)) {
    EXPECT_TRUE(read.insert(letter.bytes).second) << "a message was read twice";
  } else {
    const bool is_late = letter.message().epoch - 1 < to.state.chains.oldest();
    EXPECT_TRUE(is_late || read.contains(letter.bytes));
  }
}

TEST(SpqrSchedules, OfLossRepetitionAndDisorderKeepBothEndsTogetherForTwentyEpochs) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    SCOPED_TRACE(seed);
    test::SeededRandom random(seed);
    Party a(Direction::initiator_to_recipient, seed + 100), b(Direction::recipient_to_initiator, seed + 200);
    Network to_a, to_b;
    std::set<base::Blob> read_by_a, read_by_b;
    std::size_t turns = 0;
    while (std::min(a.state.braid.epoch(), b.state.braid.epoch()) <= 20 && ++turns < 30'000) {
      switch (random.bytes<1>()[0] % 9) {
        case 0:
        case 1:
          post(a, to_b, random);
          break;
        case 2:
        case 3:
          post(b, to_a, random);
          break;
        case 4:
          a.state = test::reloaded(a.state);
          b.state = test::reloaded(b.state);
          break;
        case 5:
        case 6:
          arrive(a, to_a, read_by_a, random);
          break;
        default:
          arrive(b, to_b, read_by_b, random);
      }
      if (testing::Test::HasFailure()) return;
    }
    EXPECT_GT(a.state.braid.epoch(), 20u);
    EXPECT_GT(b.state.braid.epoch(), 20u);
  }
}

TEST(SpqrState, HasNoSecondSpelling) {
  Party a(Direction::initiator_to_recipient, 1), b(Direction::recipient_to_initiator, 2);
  std::set<std::size_t> phases;
  for (int i = 0; i < 120; ++i) {
    EXPECT_TRUE(b.reads(a.send()));
    EXPECT_TRUE(a.reads(b.send()));
    if (!phases.insert(a.state.braid.phase().index()).second) continue;
    const base::SecretBlob whole = test::stored(a.state);
    const Letter next = b.send();
    for (std::size_t size = 0; size < whole.size(); ++size) {
      StoredReader read(whole.expose().first(size));
      const auto torn = State::restore(read);
      EXPECT_FALSE(torn && read.is_finished()) << size;
    }
    for (std::size_t bit = 0; bit < whole.size() * 8; bit += 5) {
      base::Blob changed = base::blob(whole.expose());
      changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ 1u << bit % 8);
      StoredReader read(changed);
      const auto other = State::restore(read);
      if (!other || !read.is_finished()) continue;
      EXPECT_TRUE(base::same(test::stored(*other).expose(), changed));
      test::SeededRandom random(0);
      const auto sent = send(*other, random);  // whatever the bytes said, nothing breaks
      if (sent) static_cast<void>(receive(sent->state, next.bytes));
    }
  }
  EXPECT_GE(phases.size(), 8u);
}

}  // namespace
}  // namespace sotto::protocol::spqr

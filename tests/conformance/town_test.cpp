// Several parties who all write to each other, in pairs, in groups and sealed, over a network that loses, repeats,
// reorders and spoils, while they restart, archive and start sessions at the same time. A model knows what must be
// read.
#include <gtest/gtest.h>

#include <deque>

#include "base/check.hpp"
#include "conformance/party.hpp"
#include "support/seeded_random.hpp"

namespace sotto::conformance {
namespace {

constexpr std::uint64_t now_ms = 1'700'000'000'000;

struct Letter {
  enum class Kind { session, group, sealed };
  Kind kind;
  std::size_t from, to;
  Message message;  // of a sealed one, only the bytes
  base::Blob plaintext;
  int turn;  // of this pair, when it was sent
  bool is_read = false;
};

class Town {
 public:
  Town(std::size_t size, std::uint64_t seed) : random_(seed) {
    const auto root = crypto::KeyPair::generate(random_), server = crypto::KeyPair::generate(random_);
    root_ = root.public_key;
    const auto issuer = relay::ServerCertificate::issue(1, server.public_key, root.private_key, random_);
    for (std::size_t i = 0; i < size; ++i) {
      base::Uuid account{};
      account.bytes[15] = static_cast<std::uint8_t>(i + 1);
      parties_.emplace_back(Party::Birth{{base::to_text(account), protocol::DeviceId(1)},
                                         protocol::RegistrationId(static_cast<std::uint32_t>(i + 1)),
                                         crypto::KeyPair::generate(random_)},
                            random_);
      certificates_.push_back(relay::SenderCertificate::issue(
          {base::to_text(account), 1, parties_[i].identity().public_key}, now_ms, issuer, server.private_key, random_));
    }
    turns_.assign(size * size, 0);
    starts_.assign(size * size, 0);
    last_speaker_.assign(size * size, size);
  }

  std::size_t size() const { return parties_.size(); }
  const Party& party(std::size_t who) const { return parties_[who]; }
  std::size_t letters() const { return read_; }

  void step(bool may_start) {
    const std::size_t from = pick(size()), to = (from + 1 + pick(size() - 1)) % size();
    switch (pick(20)) {
      case 0:
        if (may_start) start(from, to);
        break;
      case 1:
        restart(from);
        break;
      case 2:
        if (may_start && pick(8) == 0) static_cast<void>(parties_[from].archive(parties_[to].address()));
        break;
      case 3:
        say_sealed(from, to);
        break;
      case 4:
        say_to_group(from);
        break;
      case 5:
      case 6:
      case 7:
      case 8:
      case 9:
        say(from, to);
        break;
      default:
        if (!flying_.empty()) arrive();
    }
  }

  void drain() {
    while (!flying_.empty()) arrive();
  }

 private:
  std::size_t pick(std::size_t below) {
    const auto raw = random_.bytes<4>();
    const std::uint32_t number = raw[0] | raw[1] << 8 | raw[2] << 16 | static_cast<std::uint32_t>(raw[3]) << 24;
    return number % below;
  }
  std::size_t pair(std::size_t one, std::size_t two) const { return std::min(one, two) * size() + std::max(one, two); }

  void start(std::size_t from, std::size_t to) {
    if (++starts_[pair(from, to)] > 30) return;  // a record keeps 40 archived sessions; the model does not count them
    const auto bundle = parties_[to].publish(pick(2) == 0, now_ms);
    ASSERT_TRUE(parties_[from].start(parties_[to].address(), bundle, now_ms));
  }

  // The text that `sender` writes; starts a session if there is none.
  template <class Send>
  auto with_session(std::size_t from, std::size_t to, Send send) {
    auto sent = send();
    if (!sent && sent.error() == protocol::Error::no_session) {
      start(from, to);
      sent = send();
    }
    return sent;
  }

  void say(std::size_t from, std::size_t to) {
    const base::Blob text = base::blob(random_.bytes<24>());
    auto sent = with_session(from, to, [&] { return parties_[from].encrypt(parties_[to].address(), text, now_ms); });
    if (sent) post({Letter::Kind::session, from, to, *std::move(sent), text, turns_[pair(from, to)]});
  }

  void say_sealed(std::size_t from, std::size_t to) {
    const base::Blob text = base::blob(random_.bytes<24>());
    auto sent = with_session(from, to,
                             [&] { return parties_[from].seal(parties_[to].address(), envelope(from), text, now_ms); });
    if (sent) post({Letter::Kind::sealed, from, to, {{}, *std::move(sent)}, text, turns_[pair(from, to)]});
  }

  // Everybody gets the sender's key first, as through a session.
  void say_to_group(std::size_t from) {
    const protocol::DistributionId id{base::Uuid{{static_cast<std::uint8_t>(from + 1)}}};
    const auto key = parties_[from].distribute(id);
    for (std::size_t to = 0; to < size(); ++to) {
      if (to == from) continue;
      ASSERT_TRUE(parties_[to].accept(parties_[from].address(), key.serialize().expose()));
    }
    const base::Blob text = base::blob(random_.bytes<24>());
    auto sent = parties_[from].group_encrypt(id, text);
    ASSERT_TRUE(sent);
    for (std::size_t to = 0; to < size(); ++to) {
      if (to != from) post({Letter::Kind::group, from, to, {{}, *sent}, text, 0});
    }
  }

  protocol::UnidentifiedSenderMessageContent envelope(std::size_t from) const {
    return {.type = protocol::ContentType::signal, .sender = certificates_[from], .content = {}};
  }

  void post(Letter letter) { flying_.push_back(std::move(letter)); }

  void arrive() {
    const std::size_t at = pick(3) == 0 ? pick(flying_.size()) : 0;
    Letter letter = std::move(flying_[at]);
    flying_.erase(flying_.begin() + static_cast<std::ptrdiff_t>(at));
    if (pick(12) == 0) return;  // lost
    if (pick(6) == 0) spoil(letter);
    open(letter);
    if (pick(4) == 0) open(letter);              // repeated at once
    if (pick(10) == 0) post(std::move(letter));  // and later
  }

  protocol::Result<base::Blob> read(const Letter& letter) {
    Party& party = parties_[letter.to];
    const protocol::Address& from = parties_[letter.from].address();
    switch (letter.kind) {
      case Letter::Kind::session:
        return party.decrypt(from, letter.message.type, letter.message.bytes);
      case Letter::Kind::group:
        return party.group_decrypt(from, letter.message.bytes);
      case Letter::Kind::sealed: {
        auto opened = party.open(letter.message.bytes, *root_, now_ms);
        if (!opened) return opened.error();
        EXPECT_EQ(opened->sender, from);
        return std::move(opened->plaintext);
      }
    }
    return protocol::Error::invalid_message;
  }

  void open(Letter& letter) {
    const std::string before = parties_[letter.to].serialize();
    const auto text = read(letter);
    if (!text) {
      EXPECT_EQ(parties_[letter.to].serialize(), before);
      if (letter.is_read) {
        EXPECT_EQ(text.error(), protocol::Error::duplicate_message);
      } else {
        EXPECT_GT(turns_[pair(letter.from, letter.to)] - letter.turn, 3) << "a message in reach was not read";
      }
      return;
    }
    EXPECT_FALSE(letter.is_read) << "a message was read twice";
    EXPECT_EQ(*text, letter.plaintext);
    letter.is_read = true;
    ++read_;
    if (letter.kind != Letter::Kind::group) count_turn(letter);
  }

  // A pair's ratchet turns at most when the other one speaks.
  void count_turn(const Letter& letter) {
    std::size_t& last = last_speaker_[pair(letter.from, letter.to)];
    if (last != letter.from) ++turns_[pair(letter.from, letter.to)];
    last = letter.from;
  }

  void spoil(const Letter& letter) {
    Letter spoiled = letter;
    const std::size_t bit = pick(spoiled.message.bytes.size() * 8);
    spoiled.message.bytes[bit / 8] = static_cast<std::uint8_t>(spoiled.message.bytes[bit / 8] ^ 1u << bit % 8);
    const std::string before = parties_[letter.to].serialize();
    const auto text = read(spoiled);
    if (!text) {
      EXPECT_EQ(parties_[letter.to].serialize(), before);
      return;
    }
    // The registration id of a prekey message is bound by nothing, and a signature has more than one form: the text is
    // right, and the letter is read with it.
    EXPECT_EQ(*text, letter.plaintext);
    auto again = Party::parse(before, random_);
    ASSERT_TRUE(again);
    parties_[letter.to] = *std::move(again);
  }

  void restart(std::size_t who) {
    auto again = Party::parse(parties_[who].serialize(), random_);
    ASSERT_TRUE(again) << again.error().message;
    parties_[who] = *std::move(again);
  }

  test::SeededRandom random_;
  std::vector<Party> parties_;
  std::vector<relay::SenderCertificate> certificates_;
  std::optional<crypto::PublicKey> root_;
  std::deque<Letter> flying_;
  std::vector<int> turns_, starts_;        // by pair
  std::vector<std::size_t> last_speaker_;  // by pair
  std::size_t read_ = 0;
};

TEST(Town, OfManyReadsEverythingInReachOnceAndNothingTwice_A24) {
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    SCOPED_TRACE(seed);
    Town town(2 + seed % 4, seed);
    for (int step = 0; step < 400 && !testing::Test::HasFailure(); ++step) town.step(true);
    town.drain();
    EXPECT_GT(town.letters(), 50u);
    if (testing::Test::HasFailure()) return;
  }
}

// One session all the way: the post-quantum epoch that both ends have passed at least.
std::uint64_t epoch_of(const Town& town) {
  std::uint64_t least = ~0ull;
  for (const std::size_t who : {0u, 1u}) {
    const protocol::Record record = town.party(who).session(town.party(1 - who).address());
    if (record.current() == nullptr) return 0;
    least = std::min(least, record.current()->spqr.braid.epoch());
  }
  return least;
}

TEST(Town, OfTwoGoesThroughTwentyPostQuantumEpochsOfOneSession) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    SCOPED_TRACE(seed);
    Town town(2, 1'000 + seed);
    town.step(true);
    for (int step = 0; step < 30'000 && epoch_of(town) <= 20; ++step) {
      town.step(false);
      if (testing::Test::HasFailure()) return;
    }
    EXPECT_GT(epoch_of(town), 20u);
  }
}

}  // namespace
}  // namespace sotto::conformance

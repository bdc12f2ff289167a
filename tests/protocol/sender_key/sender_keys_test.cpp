#include <gtest/gtest.h>

#include "protocol/sender_key/decrypt.hpp"
#include "protocol/sender_key/distribute.hpp"
#include "protocol/sender_key/encrypt.hpp"
#include "support/seeded_random.hpp"
#include "support/vectors.hpp"

namespace sotto::protocol {
namespace {

const DistributionId group{{{1, 2, 3}}};

class SenderKeys : public testing::Test {
 protected:
  SenderKeyDistributionMessage distribute() {
    Distribution made = create_distribution(sender, group, random);
    sender = std::move(made.record);
    return std::move(made.message);
  }
  base::Blob send(std::string_view text) {
    auto sent = sender_key_encrypt(sender, group, base::view(text), random);
    EXPECT_TRUE(sent);
    sender = std::move(sent->record);
    return std::move(sent->message);
  }
  Result<std::string> receive(const base::Blob& bytes) {
    const base::SecretBlob before = receiver.serialize();
    TRY(const SenderKeyMessage message, SenderKeyMessage::parse(bytes));
    auto received = sender_key_decrypt(receiver, message);
    EXPECT_TRUE(base::same(receiver.serialize().expose(), before.expose()));
    if (!received) return received.error();
    receiver = std::move(received->record);
    return base::text(received->plaintext);
  }
  void join() { receiver = process_distribution(receiver, distribute()); }
  // A chain that has come far, as only its owner could bring it there.
  void jump_to(std::uint32_t iteration) {
    SenderKeyState state = sender.first()->clone();
    state.chain.iteration = iteration;
    sender = sender.with_advanced(std::move(state));
  }

  test::SeededRandom random{7};
  SenderKeyRecord sender, receiver;
};

TEST_F(SenderKeys, ReadEachMessageOnceInAnyOrder) {
  join();
  const base::Blob sent[] = {send("0"), send("1"), send("2"), send("3")};
  for (const std::size_t i : {3u, 0u, 2u, 1u}) EXPECT_EQ(*receive(sent[i]), std::to_string(i));
  for (const base::Blob& one : sent) EXPECT_EQ(receive(one).error(), Error::duplicate_message);
}

TEST_F(SenderKeys, CarryEmptyAndLongTexts) {
  join();
  EXPECT_EQ(*receive(send("")), "");
  const std::string text(100'000, 'x');
  EXPECT_EQ(*receive(send(text)), text);
}

TEST_F(SenderKeys, DontShowALaterJoinerWhatCameBefore) {
  distribute();
  const base::Blob early = send("before you came");
  join();
  EXPECT_EQ(receive(early).error(), Error::duplicate_message);
  EXPECT_EQ(*receive(send("welcome")), "welcome");
}

TEST_F(SenderKeys, KeepTheirProgressWhenDistributedAgain) {
  const auto message = distribute();
  receiver = process_distribution(receiver, message);
  const base::Blob once = send("once");
  EXPECT_EQ(*receive(once), "once");
  receiver = process_distribution(receiver, message);
  EXPECT_EQ(receive(once).error(), Error::duplicate_message);
}

TEST_F(SenderKeys, RefuseEveryFlippedBitAndKeepTheRecord) {
  join();
  const base::Blob sent = send("attack at dawn");
  for (std::size_t bit = 0; bit < sent.size() * 8; ++bit) {
    base::Blob forged = sent;
    forged[bit / 8] = static_cast<std::uint8_t>(forged[bit / 8] ^ (1u << bit % 8));
    const auto received = receive(forged);
    ASSERT_FALSE(received.has_value()) << bit;
    EXPECT_NE(received.error(), Error::duplicate_message) << bit;
  }
  EXPECT_EQ(*receive(sent), "attack at dawn");
}

TEST_F(SenderKeys, JumpAtMost25000AndLeave2000Seeds) {
  join();
  std::vector<base::Blob> sent;
  for (int i = 0; i <= 25'001; ++i) sent.push_back(send("m"));
  EXPECT_EQ(receive(sent[25'001]).error(), Error::invalid_message);
  EXPECT_EQ(*receive(sent[25'000]), "m");
  EXPECT_EQ(receiver.first()->chain.skipped.size(), max_skipped_sender_seeds);
  EXPECT_EQ(*receive(sent[23'000]), "m");
  EXPECT_EQ(receive(sent[22'999]).error(), Error::duplicate_message);
  EXPECT_EQ(*receive(sent[25'001]), "m");
}

TEST_F(SenderKeys, NewSkippedSeedsPushOutTheOldest) {
  join();
  std::vector<base::Blob> sent;
  for (int i = 0; i < 2'010; ++i) sent.push_back(send("m"));
  EXPECT_EQ(*receive(sent[10]), "m");     // skips 0 … 9
  EXPECT_EQ(*receive(sent[2'009]), "m");  // skips 1,998 more: of the first ten only 8 and 9 stay
  EXPECT_EQ(receive(sent[7]).error(), Error::duplicate_message);
  EXPECT_EQ(*receive(sent[8]), "m");
  EXPECT_EQ(*receive(sent[9]), "m");
  EXPECT_EQ(*receive(sent[2'008]), "m");
}

TEST_F(SenderKeys, OfASixthChainPushOutTheFirst) {
  std::vector<base::Blob> waiting;
  for (int chain = 0; chain < 6; ++chain) {
    sender = {};
    join();
    waiting.push_back(send("waiting"));
  }
  EXPECT_EQ(receiver.size(), max_sender_key_states);
  EXPECT_EQ(receive(waiting[0]).error(), Error::no_sender_key);
  for (std::size_t chain = 1; chain < 6; ++chain) EXPECT_EQ(*receive(waiting[chain]), "waiting");
}

TEST_F(SenderKeys, ProcessedAgainComeToTheFrontAndAreKeptLongest) {
  const auto first = distribute();
  receiver = process_distribution(receiver, first);
  const base::Blob of_first = send("still here");
  for (int chain = 0; chain < 4; ++chain) {
    sender = {};
    join();
  }
  receiver = process_distribution(receiver, first);
  sender = {};
  join();
  EXPECT_EQ(*receive(of_first), "still here");
}

TEST_F(SenderKeys, OfTheSameChainIdWithAnotherKeyReplaceTheState) {
  join();
  const base::Blob of_first = send("of the first");
  auto impostor = distribute();
  impostor.signing_key = crypto::KeyPair::generate(random).public_key;
  receiver = process_distribution(receiver, impostor);
  EXPECT_EQ(receiver.size(), 1u);
  EXPECT_EQ(receive(of_first).error(), Error::invalid_signature);
}

TEST_F(SenderKeys, OfSomebodyElseSendNothing) {
  join();
  EXPECT_EQ(sender_key_encrypt(receiver, group, {}, random).error(), Error::invalid_session);
  EXPECT_EQ(sender_key_encrypt({}, group, {}, random).error(), Error::no_sender_key);
}

TEST_F(SenderKeys, EndAtTheLastIteration) {
  distribute();
  jump_to(last_iteration - 1);
  join();
  EXPECT_EQ(*receive(send("the last one")), "the last one");
  const base::SecretBlob before = sender.serialize();
  EXPECT_EQ(sender_key_encrypt(sender, group, {}, random).error(), Error::invalid_session);
  EXPECT_TRUE(base::same(sender.serialize().expose(), before.expose()));

  const SenderKeyState& state = *sender.first();
  const base::Blob beyond =
      SenderKeyMessage::write({group, state.chain_id, last_iteration, base::Blob(16)}, *state.own_signing_key, random);
  EXPECT_EQ(receive(beyond).error(), Error::invalid_message);
}

TEST_F(SenderKeys, HaveChainIdsOf31Bits) {
  for (int i = 0; i < 64; ++i) {
    sender = {};
    EXPECT_LT(distribute().chain_id.value, 1u << 31);
  }
}

TEST_F(SenderKeys, RecordsComeBackByteForByteAndTornOnesAreRefused) {
  join();
  send("skipped");
  EXPECT_EQ(*receive(send("read")), "read");
  sender = {};
  join();
  for (const SenderKeyRecord* record : {&sender, &receiver}) {
    const base::SecretBlob bytes = record->serialize();
    const auto again = SenderKeyRecord::parse(bytes.expose());
    ASSERT_TRUE(again);
    EXPECT_TRUE(base::same(again->serialize().expose(), bytes.expose()));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_EQ(SenderKeyRecord::parse(bytes.expose().first(size)).error(), Error::invalid_session) << size;
    }
    EXPECT_EQ(SenderKeyRecord::parse(base::concat({bytes.expose(), base::Blob{0}})).error(), Error::invalid_session);
    base::Blob other_format = base::blob(bytes.expose());
    other_format[0] = 2;
    EXPECT_EQ(SenderKeyRecord::parse(other_format).error(), Error::invalid_session);
  }
}

TEST_F(SenderKeys, RecordsHaveTheSizesThatTheirReadmeNames) {
  join();
  EXPECT_EQ(sender.serialize().size(), 142u);
  EXPECT_EQ(receiver.serialize().size(), 78u);
  SenderKeyRecord largest;
  for (std::uint32_t chain = 0; chain < max_sender_key_states; ++chain) {
    SenderKeyState state = receiver.first()->clone();
    state.chain_id = ChainId(chain);
    state.chain.iteration = 5'000;
    for (std::uint32_t i = 0; i < max_skipped_sender_seeds; ++i) {
      state.chain.skipped.push_back({i, SenderMessageSeed(base::Bytes<32>{})});
    }
    largest = largest.with_first(std::move(state));
  }
  const base::SecretBlob bytes = largest.serialize();
  EXPECT_EQ(bytes.size(), 360'382u);
  EXPECT_TRUE(SenderKeyRecord::parse(bytes.expose()));
}

TEST_F(SenderKeys, RecordsWithOneChainTwiceAreRefused) {
  join();
  const base::SecretBlob one = receiver.serialize();
  base::Blob twice = base::concat({one.expose(), one.expose().subspan(2)});
  twice[1] = 2;
  EXPECT_EQ(SenderKeyRecord::parse(twice).error(), Error::invalid_session);
}

// Written once by the first version that had records. Whatever comes later must read it, and write it the same until
// the format byte changes.
TEST(SenderKeyRecords, OfEarlierVersionsAreStillRead) {
  const auto content = test::vectors("records/sender_key_record.json");
  std::size_t cases = 0;
  for (const auto& one : content.at("records").as_array()) {
    SCOPED_TRACE(test::text(one, "note"));
    const base::Blob bytes = test::hex(one, "record");
    const auto record = SenderKeyRecord::parse(bytes);
    ASSERT_TRUE(record);
    EXPECT_TRUE(base::same(record->serialize().expose(), bytes));
    const auto message = SenderKeyMessage::parse(test::hex(one, "next_message"));
    ASSERT_TRUE(message);
    const auto read = sender_key_decrypt(*record, *message);
    ASSERT_TRUE(read);
    EXPECT_EQ(base::text(read->plaintext), test::text(one, "plaintext"));
    ++cases;
  }
  test::expect_cases("records of sender keys", cases, 3);
}

}  // namespace
}  // namespace sotto::protocol

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "protocol/sender_key/distribution_message.hpp"
#include "protocol/sender_key/message.hpp"
#include "protocol/sender_key/record.hpp"
#include "relay/protobuf.hpp"
#include "support/seeded_random.hpp"

namespace sotto::protocol {
namespace {

RC_GTEST_PROP(SenderKeyMessages, ComeBackAsTheyWereWritten,
              (std::uint64_t seed, std::uint32_t chain, std::uint32_t iteration, const base::Blob& ciphertext)) {
  test::SeededRandom random(seed);
  const crypto::SigningKey key(crypto::PrivateKey::generate(random));
  const DistributionId id{{random.bytes<16>()}};
  const base::Blob bytes = SenderKeyMessage::write({id, ChainId(chain), iteration, ciphertext}, key, random);
  const auto message = SenderKeyMessage::parse(bytes);
  RC_ASSERT(message);
  RC_ASSERT(message->distribution_id == id && message->chain_id == ChainId(chain));
  RC_ASSERT(message->iteration == iteration && message->ciphertext == ciphertext && message->serialized == bytes);
  RC_ASSERT(message->is_signed_by(key.private_key().public_key()));

  const auto cut = SenderKeyMessage::parse(base::View(bytes).first(*rc::gen::inRange<std::size_t>(0, bytes.size())));
  if (cut) RC_ASSERT(!cut->is_signed_by(key.private_key().public_key()));
}

RC_GTEST_PROP(SenderKeyDistributions, ComeBackAsTheyWereWritten, (std::uint64_t seed, std::uint32_t iteration)) {
  test::SeededRandom random(seed);
  const SenderKeyDistributionMessage message{{{random.bytes<16>()}},
                                             ChainId(iteration),
                                             iteration,
                                             SenderChainKey(random.bytes<32>()),
                                             crypto::KeyPair::generate(random).public_key};
  const base::SecretBlob bytes = message.serialize();
  const auto again = SenderKeyDistributionMessage::parse(bytes.expose());
  RC_ASSERT(again);
  RC_ASSERT(base::same(again->serialize().expose(), bytes.expose()));
  RC_ASSERT(again->distribution_id == message.distribution_id && again->iteration == iteration);
  RC_ASSERT(again->signing_key == message.signing_key);
  const auto size = *rc::gen::inRange<std::size_t>(0, bytes.size());
  RC_ASSERT(!SenderKeyDistributionMessage::parse(bytes.expose().first(size)));
}

RC_GTEST_PROP(SenderKeyCodecs, NeverTakeRubbishForMoreThanItIs, (base::Blob bytes)) {
  RC_ASSERT(!SenderKeyMessage::parse(bytes) || bytes.size() >= 65);
  RC_ASSERT(!SenderKeyDistributionMessage::parse(bytes) || bytes.size() >= 65);
  const auto record = SenderKeyRecord::parse(bytes);
  if (record) RC_ASSERT(base::same(record->serialize().expose(), bytes));
}

TEST(SenderKeyDistributions, WithASigningKeyOfAnotherTypeAreRefused) {
  test::SeededRandom random(1);
  const SenderKeyDistributionMessage message{
      {}, ChainId(1), 0, SenderChainKey(base::Bytes<32>{}), crypto::KeyPair::generate(random).public_key};
  base::Blob bytes = base::blob(message.serialize().expose());
  base::Bytes<33> other_type = message.signing_key.serialize();
  other_type[0] = 0x06;
  relay::FieldWriter(bytes).bytes(5, other_type);  // the last one counts
  EXPECT_EQ(SenderKeyDistributionMessage::parse(bytes).error(), Error::invalid_key);
}

// As a later or hostile sender might write it, signed all the same.
TEST(SenderKeyMessages, TakeAnyOrderTheLastOfEachAndUnknownFields) {
  test::SeededRandom random(1);
  const crypto::SigningKey key(crypto::PrivateKey::generate(random));
  base::Blob bytes{0x3F};
  relay::FieldWriter write(bytes);
  write.bytes(4, base::Blob{1});
  write.bytes(99, base::Blob{1, 2, 3});
  write.uint64(3, 8);
  write.uint64(2, 7);
  write.bytes(4, base::Blob{2, 3});
  write.bytes(1, base::Blob(16, 5));
  const auto signature = crypto::sign(key, bytes, random);
  bytes.insert(bytes.end(), signature.begin(), signature.end());
  const auto message = SenderKeyMessage::parse(bytes);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->ciphertext, (base::Blob{2, 3}));
  EXPECT_EQ(message->chain_id, ChainId(7));
  EXPECT_EQ(message->iteration, 8u);
  EXPECT_TRUE(message->is_signed_by(key.private_key().public_key()));
}

}  // namespace
}  // namespace sotto::protocol

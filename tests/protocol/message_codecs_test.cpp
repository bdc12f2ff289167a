#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "protocol/session/prekey_message.hpp"
#include "relay/protobuf.hpp"
#include "support/seeded_random.hpp"

namespace sotto::protocol {
namespace {

const crypto::PublicKey key(base::Bytes<32>{1}), sender(base::Bytes<32>{2}), receiver(base::Bytes<32>{3});
const MacKey& mac_key() {
  static const MacKey made(base::Bytes<32>{4});
  return made;
}

RC_GTEST_PROP(SignalMessage, ComesBackAsItWasWritten,
              (std::uint32_t counter, std::uint32_t previous, const base::Blob& text, const base::Blob& pq)) {
  const base::Blob bytes =
      SignalMessage::write({key, counter, previous, text, pq, std::nullopt}, mac_key(), {sender, receiver});
  const auto message = SignalMessage::parse(bytes);
  RC_ASSERT(message);
  RC_ASSERT(message->ratchet_key == key && message->counter == counter && message->previous_counter == previous);
  RC_ASSERT(base::same(message->ciphertext, text) && base::same(message->pq_ratchet, pq) && !message->addresses);
  RC_ASSERT(message->is_authentic(mac_key(), {sender, receiver}));
  RC_ASSERT(!message->is_authentic(mac_key(), {receiver, sender}));
}

RC_GTEST_PROP(PreKeySignalMessage, ComesBackAsItWasWritten, (std::uint64_t seed, std::uint32_t id, bool has_one_time)) {
  test::SeededRandom random(seed);
  const auto kyber = crypto::KyberKeyPair::generate(random);
  const auto sealed = crypto::encapsulate(kyber.public_key, random);
  const base::Blob inside =
      SignalMessage::write({key, 0, 0, base::Bytes<1>{1}, {}, base::Bytes<36>{}}, mac_key(), {sender, receiver});
  const std::optional<PreKeyId> one_time = has_one_time ? std::optional(PreKeyId(id)) : std::nullopt;
  const base::Blob bytes = PreKeySignalMessage::write(
      {one_time, SignedPreKeyId(id), KyberPreKeyId(0), sealed->ciphertext, key, sender, RegistrationId(9), inside});
  const auto message = PreKeySignalMessage::parse(bytes);
  RC_ASSERT(message);
  RC_ASSERT(message->one_time_id == one_time && message->signed_id == SignedPreKeyId(id));
  RC_ASSERT(message->kyber_id == KyberPreKeyId(0) && message->kyber_ciphertext == sealed->ciphertext.serialize());
  RC_ASSERT(message->base_key == key && message->identity_key == sender &&
            message->registration_id == RegistrationId(9));
  RC_ASSERT(base::same(message->message.serialized, inside) && base::same(*message->message.addresses, base::Blob(36)));
}

RC_GTEST_PROP(Parsing, NeverTakesRubbishForMoreThanItIs, (const base::Blob& bytes)) {
  RC_ASSERT(!SignalMessage::parse(bytes) || bytes.size() >= 9);
  RC_ASSERT(!PreKeySignalMessage::parse(bytes) || bytes.size() > 33);
}

class Tolerance : public testing::Test {
 protected:
  // Field order, unknown fields and repetition as a hostile or later sender might write them.
  base::Blob bytes_{0x47}, whole_;  // whole: with a MAC
  relay::FieldWriter write_{bytes_};
  Result<SignalMessage> parsed() {
    whole_ = base::concat({bytes_, base::Bytes<8>{}});
    return SignalMessage::parse(whole_);
  }
};

TEST_F(Tolerance, TakesAnyOrderTheLastOfEachAndUnknownFields) {
  write_.bytes(4, base::Blob{1});
  write_.bytes(99, base::Blob{1, 2, 3});
  write_.uint64(2, 7);
  write_.bytes(4, base::Blob{2, 3});
  write_.bytes(1, base::concat({key.serialize(), base::Blob{0xff}}));  // a byte too many is dropped
  const auto message = parsed();
  ASSERT_TRUE(message);
  EXPECT_TRUE(base::same(message->ciphertext, base::Blob{2, 3}));
  EXPECT_EQ(message->previous_counter, 0u);
  EXPECT_EQ(message->ratchet_key, key);
}

TEST_F(Tolerance, EndsAtAWrongWireType) {
  write_.bytes(1, key.serialize());
  write_.bytes(2, base::Blob{7});  // a number by nature
  write_.bytes(4, base::Blob{1});
  EXPECT_EQ(parsed().error(), Error::invalid_message);
}

TEST_F(Tolerance, EndsAtAMissingField) {
  write_.bytes(1, key.serialize());
  write_.bytes(4, base::Blob{1});
  EXPECT_EQ(parsed().error(), Error::invalid_message);
}

TEST_F(Tolerance, EndsAtFieldZeroAndOverlongVarints) {
  bytes_ = {0x44, 0x00, 0x01, 0, 0, 0, 0, 0, 0, 0, 0};
  EXPECT_EQ(SignalMessage::parse(bytes_).error(), Error::invalid_message);
  bytes_ = {0x44, 0x10, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01, 0, 0, 0, 0, 0, 0, 0, 0};
  EXPECT_EQ(SignalMessage::parse(bytes_).error(), Error::invalid_message);
}

}  // namespace
}  // namespace sotto::protocol

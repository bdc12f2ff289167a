#include "protocol/prekey_batch.hpp"

#include <gtest/gtest.h>

#include <set>

#include "support/seeded_random.hpp"

namespace sotto::protocol {
namespace {

class PreKeyBatches : public testing::Test {
 protected:
  test::SeededRandom random{1};
  crypto::KeyPair identity = crypto::KeyPair::generate(random);
  PreKeyBatch batch = make_prekey_batch(
      {.count = 100, .first_one_time_id = PreKeyId(7), .first_kyber_id = KyberPreKeyId(900), .created_ms = 5},
      identity.private_key, random);
};

TEST_F(PreKeyBatches, HoldAHundredOfEachKindWithIdsThatRunUp) {
  ASSERT_EQ(batch.one_time.size(), 100u);
  ASSERT_EQ(batch.kyber.size(), 100u);
  for (std::uint32_t i = 0; i < 100; ++i) {
    EXPECT_EQ(batch.one_time[i].id, PreKeyId(7 + i));
    EXPECT_EQ(batch.kyber[i].id, KyberPreKeyId(900 + i));
  }
}

TEST_F(PreKeyBatches, KeepWhatBelongsToWhatIsPublished) {
  for (const auto& one : batch.one_time) {
    const auto kept = OneTimePreKey::parse(one.record.expose());
    ASSERT_TRUE(kept);
    EXPECT_EQ(kept->id, one.id);
    EXPECT_EQ(kept->keys.public_key, one.key);
  }
  for (const auto& one : batch.kyber) {
    const auto kept = KyberPreKey::parse(one.record.expose());
    ASSERT_TRUE(kept);
    EXPECT_EQ(kept->id, one.id);
    EXPECT_EQ(kept->keys.public_key, one.key);
    EXPECT_EQ(kept->created_ms, 5u);
    EXPECT_TRUE(crypto::verify(identity.public_key, one.key.serialize(), one.signature));
  }
}

TEST_F(PreKeyBatches, HoldNoKeyTwice) {
  std::set<base::Blob> seen;
  for (const auto& one : batch.one_time) EXPECT_TRUE(seen.insert(base::blob(one.key.serialize())).second);
  for (const auto& one : batch.kyber) EXPECT_TRUE(seen.insert(one.key.serialize()).second);
}

}  // namespace
}  // namespace sotto::protocol

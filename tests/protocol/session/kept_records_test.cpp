// Records as earlier builds wrote them, byte for byte: whatever changes, they are read.
#include <gtest/gtest.h>

#include "protocol/person.hpp"
#include "protocol/spqr/phase_name.hpp"
#include "support/recorded_bytes.hpp"

namespace sotto::protocol {
namespace {

// Sessions of format 1 have no post-quantum ratchet. Both ends require one now, so they can't go on: the client finds
// no session and sets up a new one.
TEST(KeptRecords, OfFormat1AreReadAsHavingNoSession) {
  for (const char* name : {"format_1_pending.record", "format_1_settled_archived.record"}) {
    SCOPED_TRACE(name);
    const auto record = Record::parse(test::recorded_bytes(name));
    ASSERT_TRUE(record.has_value());
    EXPECT_EQ(record->current(), nullptr);
    EXPECT_EQ(record->archived_count(), 0u);
    EXPECT_FALSE(record->can_send(0));
    EXPECT_TRUE(base::same(record->serialize().expose(), Record().serialize().expose()));
  }
}

TEST(KeptRecords, OfFormat1GiveWayToANewSession) {
  test::Person alice("9d0652a3-dcc3-4d11-975f-74d61598733f", 1, 1), bob("796abedb-ca4e-4f18-8803-1fde5b921f9f", 2, 2);
  alice.record = *Record::parse(test::recorded_bytes("format_1_settled_archived.record"));
  bob.record = *Record::parse(test::recorded_bytes("format_1_pending.record"));
  EXPECT_EQ(alice.send(bob.address, base::view("x")).error(), Error::no_session);
  ASSERT_TRUE(alice.start(bob.publish(true), bob.address));
  EXPECT_TRUE(bob.receive(alice.address, *alice.send(bob.address, base::view("anew"))).has_value());
}

class KeptRecord : public testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(Format2, KeptRecord,
                         testing::Values("E0", "E1", "E2", "E3", "E4", "C0", "C1", "C2", "C3", "C4", "C5", "pending",
                                         "archived_and_skipped"),
                         [](const auto& one) { return std::string(one.param); });

TEST_P(KeptRecord, IsReadAndWrittenTheSameAndSends) {
  const base::Blob bytes = test::recorded_bytes(std::string("format_2_") + GetParam() + ".record");
  const auto record = Record::parse(bytes);
  ASSERT_TRUE(record.has_value() && record->current() != nullptr);
  EXPECT_TRUE(base::same(record->serialize().expose(), bytes));

  test::Person holder("9d0652a3-dcc3-4d11-975f-74d61598733f", 1, 1);
  holder.record = *record;
  const Address remote{"796abedb-ca4e-4f18-8803-1fde5b921f9f", DeviceId(2)};
  EXPECT_TRUE(holder.send(remote, base::view("on we go")).has_value());
}

TEST_P(KeptRecord, IsInTheStateItIsNamedFor) {
  const std::string name = GetParam();
  const auto record = Record::parse(test::recorded_bytes("format_2_" + name + ".record"));
  ASSERT_TRUE(record.has_value());
  if (name.size() == 2) {
    EXPECT_EQ(test::phase_name(record->current()->spqr.braid).substr(0, 2), name);
  }
  EXPECT_EQ(record->is_pending(), name == "pending" || name == "E1");  // the first message is already sent there
  if (name == "archived_and_skipped") {
    ASSERT_EQ(record->archived_count(), 1u);
    const auto archived = record->archived(0);
    ASSERT_TRUE(archived.has_value());
    EXPECT_EQ(record->current()->receiving.back().skipped.size(), 1u);
    EXPECT_EQ(archived->receiving.back().skipped.size(), 1u);
  }
}

// A record is read only if it is exactly what would be written of it, so no bit of it can mean two things.
TEST_P(KeptRecord, HasNoOtherSpelling) {
  const base::Blob bytes = test::recorded_bytes(std::string("format_2_") + GetParam() + ".record");
  test::Person holder("9d0652a3-dcc3-4d11-975f-74d61598733f", 1, 1);
  const Address remote{"796abedb-ca4e-4f18-8803-1fde5b921f9f", DeviceId(2)};
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(Record::parse(base::View(bytes).first(size)).has_value()) << size;
  }
  EXPECT_FALSE(Record::parse(base::concat({bytes, base::Bytes<1>{0}})).has_value());
  for (std::size_t bit = 8; bit < bytes.size() * 8; bit += 3) {
    base::Blob changed = bytes;
    changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ 1u << bit % 8);
    const auto record = Record::parse(changed);
    if (!record) {
      EXPECT_EQ(record.error(), Error::invalid_session);
      continue;
    }
    EXPECT_TRUE(base::same(record->serialize().expose(), changed)) << bit;
    holder.record = *record;
    static_cast<void>(holder.send(remote, base::view("nothing breaks")));
  }
}

TEST(KeptRecords, OfFormat2WithADamagedFirstByteAreNotTakenForOnesOfFormat1) {
  for (const char* name : {"format_2_pending.record", "format_2_E1.record", "format_2_archived_and_skipped.record"}) {
    SCOPED_TRACE(name);
    base::Blob damaged = test::recorded_bytes(name);
    damaged[0] = 1;
    EXPECT_FALSE(Record::parse(damaged));
  }
}

// Prekeys of format 1 lack their public half; they are read all the same and written as they are today.
TEST(KeptRecords, OfPrekeysOfFormat1AreReadAndWrittenAnew) {
  const auto file = test::read_json(test::source_dir() + "/tests/vectors/records/prekeys_format_1.json");
  const auto& one_time = file.at("one_time");
  const auto one_time_again = OneTimePreKey::parse(test::hex(one_time, "record"));
  ASSERT_TRUE(one_time_again);
  EXPECT_EQ(one_time_again->id, PreKeyId(1));
  EXPECT_TRUE(base::same(one_time_again->keys.public_key.serialize(), test::hex(one_time, "public")));
  EXPECT_EQ(OneTimePreKey::parse(one_time_again->serialize().expose())->keys.public_key,
            one_time_again->keys.public_key);

  const auto& signed_one = file.at("signed");
  const auto signed_again = SignedPreKey::parse(test::hex(signed_one, "record"));
  ASSERT_TRUE(signed_again);
  EXPECT_TRUE(base::same(signed_again->keys.public_key.serialize(), test::hex(signed_one, "public")));
  EXPECT_TRUE(base::same(signed_again->signature, test::hex(signed_one, "signature")));
  EXPECT_EQ(SignedPreKey::parse(signed_again->serialize().expose())->signature, signed_again->signature);

  const auto& kyber = file.at("kyber");
  const auto kyber_again = KyberPreKey::parse(test::hex(kyber, "record"));
  ASSERT_TRUE(kyber_again);
  EXPECT_TRUE(base::same(kyber_again->keys.public_key.serialize(), test::hex(kyber, "public")));
  EXPECT_EQ(KyberPreKey::parse(kyber_again->serialize().expose())->keys.public_key, kyber_again->keys.public_key);
}

}  // namespace
}  // namespace sotto::protocol

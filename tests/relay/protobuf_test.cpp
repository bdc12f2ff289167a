// How the protocol's messages are read where protobuf libraries differ (signal-protocol.md section 0).
#include "relay/protobuf.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace sotto::relay {
namespace {

bool is_read(const base::Blob& bytes) {
  return read_fields(bytes, [](Field& field) {
    if (field.number() == 1) {
      static_cast<void>(field.uint64());
    } else {
      field.skip();
    }
  });
}

base::Blob varint(std::uint8_t key, std::uint8_t tenth) {
  base::Blob bytes(11, 0xff);
  bytes[0] = key;
  bytes[10] = tenth;
  return bytes;
}

TEST(ReadFields, TakesSixtyFourBitsAndRefusesMore) {
  for (const std::uint8_t key : base::Bytes<2>{0x08, 0x10}) {  // a field that is known, and one that is not
    EXPECT_TRUE(is_read(varint(key, 0x01)));
    EXPECT_FALSE(is_read(varint(key, 0x02)));
    EXPECT_FALSE(is_read(varint(key, 0x7f)));
    EXPECT_FALSE(is_read(varint(key, 0xff)));
  }
}

TEST(ReadFields, TakesAVarintThatIsLongerThanItMustBe) { EXPECT_TRUE(is_read({0x08, 0x81, 0x80, 0x00})); }

TEST(ReadFields, RefusesAnEndInsideAField) {
  EXPECT_FALSE(is_read({0x08}));
  EXPECT_FALSE(is_read({0x12, 0x05, 1, 2}));
  EXPECT_FALSE(is_read({0x11, 1, 2, 3}));
  EXPECT_FALSE(is_read({0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}));
}

TEST(ReadFields, RefusesFieldZeroAndAnotherWireType) {
  EXPECT_FALSE(is_read({0x00, 1}));
  EXPECT_FALSE(is_read({0x0a, 1, 7}));
}

}  // namespace
}  // namespace sotto::relay

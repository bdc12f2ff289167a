// Records as earlier builds wrote them, byte for byte.
#include <gtest/gtest.h>

#include "protocol/session/record.hpp"
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
    EXPECT_EQ(record->serialize().size(), 1u);
    EXPECT_EQ(record->serialize().expose()[0], 2);
  }
}

}  // namespace
}  // namespace sotto::protocol

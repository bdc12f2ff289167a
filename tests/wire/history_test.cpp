#include "wire/history.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace sotto::wire {
namespace {

AccountId account(std::uint8_t seed) {
  base::Bytes<16> bytes{seed, 2, 3, 4, 5, 6, 0x87, 8, 0x89, 10, 11, 12, 13, 14, 15, 16};
  return *AccountId::from(bytes);
}

HistoryRow example() {
  return {.conversation = account(1),
          .ref = {.account = account(1), .device = DeviceNumber(3), .id = {9}},
          .text = {.text = "hello",
                   .quote = Quote{.of = {.account = account(2), .device = DeviceNumber(1), .id = {8}}, .excerpt = "hi"},
                   .timer = 60},
          .seq = 4,
          .sent_at = {1'800'000'000'000},
          .received_at = {1'800'000'000'500},
          .state = 4,
          .is_verified = true,
          .expires_at = base::Timestamp{1'800'000'100'000},
          .edited_at = base::Timestamp{1'800'000'000'700},
          .delivered_at = {},
          .read_at = base::Timestamp{1'800'000'000'900},
          .reactions = {{.account = account(2), .emoji = "👍", .at = {1}}},
          .earlier = {{.at = {2}, .text = "helo"}},
          .place = 77};
}

TEST(HistoryRow, ComesBackWithAllItsFields) {
  const auto read = HistoryRow::parse(example().serialize());
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, example());
}

TEST(HistoryRow, WhatFailedOrStillWaitsIsNobodyElses) {
  for (const int state : {0, 1, 3, 7}) {
    HistoryRow made = example();
    made.state = static_cast<std::uint8_t>(state);
    EXPECT_FALSE(HistoryRow::parse(made.serialize())) << state;
  }
}

TEST(HistoryRow, TextThatIsNoUtf8IsRefusedWhereverItStands) {
  for (const auto break_it : {+[](HistoryRow& row) { row.text.text = "\xff"; },
                              +[](HistoryRow& row) { row.reactions.front().emoji = "\xff"; },
                              +[](HistoryRow& row) { row.earlier.front().text = "\xff"; }}) {
    HistoryRow made = example();
    break_it(made);
    EXPECT_FALSE(HistoryRow::parse(made.serialize()));
  }
}

RC_GTEST_PROP(HistoryRow, CutShortOrPrefixedIsRefused, ()) {
  const base::Blob whole = example().serialize();
  const auto length = *rc::gen::inRange<std::size_t>(0, whole.size());
  RC_ASSERT(!HistoryRow::parse(base::View(whole).first(length)));
}

RC_GTEST_PROP(HistoryRow, ReadsNothingThatItWouldWriteOtherwise, ()) {
  base::Blob bytes = example().serialize();
  const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
  bytes[at] = *rc::gen::arbitrary<std::uint8_t>();
  const auto read = HistoryRow::parse(bytes);
  if (read) RC_ASSERT(read->serialize() == bytes);
}

TEST(SyncHistory, ComesBackWithItsRows) {
  const Body made = SyncHistory{.device = DeviceNumber(2),
                                .first = 1,
                                .last = 5,
                                .done = 3,
                                .total = 9,
                                .is_end = false,
                                .rows = {example().serialize(), example().serialize()}};
  const auto read = parse_body(kind_of(made), serialize(made));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, made);
  const Body taken = SyncHistoryTaken{.giver = DeviceNumber(1), .last = 5};
  const auto read_taken = parse_body(kind_of(taken), serialize(taken));
  ASSERT_TRUE(read_taken);
  EXPECT_EQ(*read_taken, taken);
}

TEST(SyncHistory, OnlyOwnDevicesSayIt) {
  EXPECT_TRUE(is_sync(SyncHistory{}));
  EXPECT_TRUE(is_sync(SyncHistoryTaken{}));
}

}  // namespace
}  // namespace sotto::wire

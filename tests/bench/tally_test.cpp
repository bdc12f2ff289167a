#include "bench/load/tally.hpp"

#include <gtest/gtest.h>

#include "bench/load/lanes.hpp"

namespace sotto::bench {
namespace {

struct TallyTest : testing::Test {
  void promise(int count) {
    for (int i = 0; i < count; ++i) tally.note_promise(0);
  }
  void arrive(std::initializer_list<std::uint64_t> numbers) {
    for (const auto number : numbers) tally.note_arrival(0, number);
  }
  Tally tally{2};
};

TEST_F(TallyTest, FindsNothingWrongWithWhatArrivesOnceAndInOrder) {
  promise(3);
  arrive({1, 2, 3});
  EXPECT_TRUE(tally.is_faultless());
  EXPECT_EQ(tally.arrived(), 3u);
}

TEST_F(TallyTest, MissesWhatWasPromisedAtTheEndOrInBetween) {
  promise(4);
  arrive({1, 3});
  EXPECT_EQ(tally.lost(), 2u);
}

TEST_F(TallyTest, DoesNotMissWhatNobodyPromised) {
  promise(1);
  arrive({1, 2});
  EXPECT_EQ(tally.lost(), 0u);
}

TEST_F(TallyTest, TellsALateMessageFromALostOne) {
  promise(3);
  arrive({1, 3, 2});
  EXPECT_EQ(tally.disordered(), 1u);
  EXPECT_EQ(tally.lost(), 0u);
  EXPECT_FALSE(tally.is_faultless());
}

TEST_F(TallyTest, SeesANumberThatComesTwice) {
  promise(2);
  arrive({1, 2, 1});
  EXPECT_EQ(tally.repeated(), 1u);
}

TEST_F(TallyTest, TakesTheSameBytesAgainForAFaultUnlessAConnectionBroke) {
  const base::Blob envelope{1, 2, 3};
  EXPECT_EQ(tally.note_envelope(envelope), Tally::Envelope::is_new);
  tally.note_break();
  EXPECT_EQ(tally.note_envelope(envelope), Tally::Envelope::is_known);
  EXPECT_EQ(tally.redelivered(), 1u);
  EXPECT_TRUE(tally.is_faultless());
  EXPECT_EQ(tally.note_envelope(envelope), Tally::Envelope::is_known);
  EXPECT_EQ(tally.repeated(), 1u);
}

TEST_F(TallyTest, CountsWhatNobodyCanReadAsAFault) {
  tally.note_damage("envelope: invalid_message");
  EXPECT_FALSE(tally.is_faultless());
}

TEST(Lanes, NoTwoConversationsAreBetweenTheSameAccounts) {
  const auto lanes = make_lanes(6, most_lanes(6));
  std::set<std::pair<std::size_t, std::size_t>> pairs;
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    EXPECT_TRUE(pairs.emplace(lanes[i].from, lanes[i].to).second);
    EXPECT_EQ(lanes[way_back(i)].from, lanes[i].to);
    EXPECT_EQ(lanes[way_back(i)].to, lanes[i].from);
  }
}

}  // namespace
}  // namespace sotto::bench

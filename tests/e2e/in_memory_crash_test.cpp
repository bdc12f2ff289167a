// The client ends at each step of a message's life, and is started again on its store: every message arrives once
//
#include <gtest/gtest.h>

#include <algorithm>

#include "e2e/town.hpp"

namespace sotto::test {
namespace {

using client::Step;
using Texts = std::vector<std::string>;

std::string name_of(const ::testing::TestParamInfo<Step>& info) {
  std::string name(client::to_text(info.param));
  std::ranges::replace(name, ' ', '_');
  return name;
}

/// Ends the program when it comes to this step for the `which`th time.
std::function<void(Step)> crash_at(Step at, int which = 1) {
  return [at, which, seen = 0](Step step) mutable {
    if (step == at && ++seen == which) throw Crash{};
  };
}

class SenderEnds : public ::testing::TestWithParam<Step> {};

TEST_P(SenderEnds, AndEveryMessageStillArrivesOnce_A55) {
  Town town;
  Resident &ana = town.resident("ana"), &ben = town.resident("ben");
  Town::introduce(ana, ben);
  ana.watch = crash_at(GetParam());
  EXPECT_THROW(static_cast<void>(ana.write(ben, "one")), Crash);
  ana.watch = nullptr;
  town.network.cut_all();  // as the end of a process does
  town.time.settle();
  ana.restart();
  ASSERT_TRUE(ana.write(ben, "two"));
  ASSERT_TRUE(ben.listen());
  EXPECT_EQ(ben.texts(), (Texts{"one", "two"}));
  EXPECT_EQ(ana.home.number("SELECT count(*) FROM messages WHERE state = 2"), 2);
  EXPECT_EQ(ana.home.number("SELECT count(*) FROM outgoing"), 0);
}

INSTANTIATE_TEST_SUITE_P(InMemoryCrash, SenderEnds,
                         ::testing::Values(Step::message_kept, Step::sessions_started, Step::encrypted,
                                           Step::stored_by_server, Step::sent),
                         name_of);

class ReceiverEnds : public ::testing::TestWithParam<Step> {};

TEST_P(ReceiverEnds, AndEveryMessageIsThereOnce_A55) {
  Town town;
  Resident &ana = town.resident("ana"), &ben = town.resident("ben");
  Town::introduce(ana, ben);
  Texts written;
  for (int i = 0; i < 3; ++i) {
    written.push_back("number " + std::to_string(i));
    ASSERT_TRUE(ana.write(ben, written.back()));
  }
  ben.watch = crash_at(GetParam());
  EXPECT_THROW(static_cast<void>(ben.listen()), Crash);
  ben.watch = nullptr;
  town.network.cut_all();
  town.time.settle();
  ben.restart();
  ASSERT_TRUE(ben.listen());
  EXPECT_EQ(ben.texts(), written);
  EXPECT_EQ(ben.status().queued, 0u);
  EXPECT_EQ(ben.engine->history("ana", std::nullopt)->size(), 3u);
}

INSTANTIATE_TEST_SUITE_P(InMemoryCrash, ReceiverEnds,
                         ::testing::Values(Step::mailbox_open, Step::settled, Step::acknowledged, Step::drained),
                         name_of);

TEST(InMemoryCrash, ARetryIsTheSameBytes) {
  Town town;
  Resident &ana = town.resident("ana"), &ben = town.resident("ben");
  Town::introduce(ana, ben);
  ana.watch = crash_at(Step::stored_by_server);
  EXPECT_THROW(static_cast<void>(ana.write(ben, "once")), Crash);
  ana.watch = nullptr;
  ana.restart();
  const auto request = ana.home.dump().at("outgoing"), sessions = ana.home.dump().at("sessions");
  ASSERT_EQ(request.size(), 1u);
  ana.watch = [&](Step step) {
    if (step != Step::encrypted) return;
    EXPECT_EQ(ana.home.dump().at("outgoing"), request);
  };
  ASSERT_TRUE(ana.run(ana.engine->drain_outbox()));
  EXPECT_EQ(ana.home.dump().at("sessions"), sessions) << "no key was used for it again";
  ASSERT_TRUE(ben.listen());
  EXPECT_EQ(ben.texts(), Texts{"once"});
}

}  // namespace
}  // namespace sotto::test

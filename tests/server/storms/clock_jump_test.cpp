// The system's clock jumps, as clocks do when somebody sets them: whatever is measured goes on as if it had not.
#include <gtest/gtest.h>

#include "server/test_device.hpp"

namespace sotto::test {
namespace {

/// A clock whose time of day can be set. What is measured goes on.
class SetClock final : public net::Clock {
 public:
  explicit SetClock(net::Clock& real) : real_(real) {}
  base::Timestamp now() override { return {.ms = real_.now().ms + ahead_.count()}; }
  net::Duration monotonic() override { return real_.monotonic(); }
  void set(std::chrono::hours ahead) { ahead_ = ahead; }

 private:
  net::Clock& real_;
  std::chrono::milliseconds ahead_{0};
};

struct ClockJump : testing::TestWithParam<int> {
  ClockJump() {
    world.kill();
    world.storage = std::move(*server::EmbeddedStorage::open(
        world.io.get_executor(), world.random,
        {.file = world.folder.path / "server.db", .ack_company = std::chrono::milliseconds(0)}));
    world.server = std::make_unique<server::Server>(*world.storage, clock, world.time, world.random, world.options);
    world.acceptor = std::move(*world.network.listen(world.endpoint(), {}));
    net::spawn(world.io.get_executor(), world.server->serve(*world.acceptor));
    net::spawn(world.io.get_executor(), world.server->keep_tidy());
    EXPECT_EQ(ana.move_in().status, 200u);
    EXPECT_EQ(bob.move_in().status, 200u);
  }
  ~ClockJump() override {
    net::spawn(world.io.get_executor(), world.server->stop({}));
    world.time.settle();
  }

  ServerWorld world;
  SetClock clock{world.time};
  TestDevice ana{world, 1, "ana"};
  TestDevice bob{world, 2, "bob"};
};

TEST_P(ClockJump, MessagesGoOnInOrderAndWhatWaitsStays) {
  ASSERT_EQ(ana.send(bob, "before", 1).status, 200u);
  clock.set(std::chrono::hours(GetParam()));
  ASSERT_EQ(ana.send(bob, "after", 2).status, 200u);
  world.time.run_for(std::chrono::hours(2));  // what is too old is looked for meanwhile
  ASSERT_EQ(ana.send(bob, "later", 3).status, 200u);
  auto mailbox = bob.open_mailbox();
  ASSERT_TRUE(mailbox);
  for (const char* text : {"before", "after", "later"})
    EXPECT_EQ(next_frame(world, **mailbox).deliver().envelope(), text);
}

TEST_P(ClockJump, AnOpenMailboxStaysOpenAndIsPushedTo) {
  auto mailbox = bob.open_mailbox();
  ASSERT_TRUE(mailbox);
  EXPECT_TRUE(next_frame(world, **mailbox).has_drained());
  clock.set(std::chrono::hours(GetParam()));
  ASSERT_EQ(ana.send(bob, "hello", 1).status, 200u);
  EXPECT_EQ(next_frame(world, **mailbox).deliver().envelope(), "hello");
}

TEST_P(ClockJump, AnAnswerTakesAsLongAsEver) {
  const net::Duration begun = world.time.monotonic();
  clock.set(std::chrono::hours(GetParam()));
  ASSERT_EQ(ana.send(bob, "hello", 1).status, 200u);
  EXPECT_LE(world.time.monotonic() - begun, std::chrono::milliseconds(50));
}

TEST_P(ClockJump, SomebodyWhoIsRegisteringIsLetInAtTheSecondTryAtLatest) {
  TestDevice eve(world, 3, "eve");
  eve.begin();
  clock.set(std::chrono::hours(GetParam()));
  const unsigned first = eve.ask("POST", "/v1/register", eve.draft.request()).status;
  if (first == 200) return;
  EXPECT_EQ(first, 410u);  // the challenge is too old, by the clock
  EXPECT_EQ(eve.enrol().status, 200u);
}

INSTANTIATE_TEST_SUITE_P(ByADay, ClockJump, testing::Values(-24, 24),
                         [](const auto& hours) { return hours.param < 0 ? "Back" : "Ahead"; });

}  // namespace
}  // namespace sotto::test

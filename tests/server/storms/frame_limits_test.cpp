// Frames and uploads at their limits, and one above: taken whole or refused, and the others are served.
#include <gtest/gtest.h>

#include "server/limits.hpp"
#include "server/test_device.hpp"

namespace sotto::test {
namespace {

namespace limits = server::limits;

struct FrameLimits : testing::Test {
  FrameLimits() {
    EXPECT_EQ(ana.move_in().status, 200u);
    EXPECT_EQ(bob.move_in().status, 200u);
  }
  /// Sends it as bob's device; whether the mailbox is still open after that.
  bool is_taken(base::Blob frame) {
    auto mailbox = bob.open_mailbox();
    CHECK(mailbox);
    EXPECT_TRUE(next_frame(world, **mailbox).has_drained());
    const auto sent = net::run(world.time, (*mailbox)->send(std::move(frame)));
    if (!sent) return false;
    EXPECT_EQ(ana.send(bob, "are you there", ++key).status, 200u);
    const auto next = net::run(world.time, (*mailbox)->receive());
    if (!next) return false;
    acknowledge(world, **mailbox, {parsed<frames::ServerFrame>(*next).deliver().position()});
    return true;
  }
  void take_what_waits() {
    auto mailbox = bob.open_mailbox();
    for (auto frame = next_frame(world, **mailbox); !frame.has_drained(); frame = next_frame(world, **mailbox))
      acknowledge(world, **mailbox, {frame.deliver().position()});
  }
  static base::Blob acks(std::size_t count) {
    frames::ClientFrame frame;
    for (std::size_t i = 0; i < count; ++i) frame.mutable_ack()->add_positions(1'000'000 + i);
    return serialized(frame);
  }
  /// An acknowledgement of nothing, and a field that nobody knows, so that the frame has this size.
  static base::Blob of_size(std::size_t size) {
    base::Blob bytes = acks(1);
    const std::size_t rest = size - bytes.size() - 4;  // a tag, three bytes of length
    bytes.push_back((15 << 3) | 2);
    for (const std::size_t part : {(rest & 0x7f) | 0x80, (rest >> 7 & 0x7f) | 0x80, rest >> 14})
      bytes.push_back(static_cast<std::uint8_t>(part));
    bytes.resize(size);
    return bytes;
  }
  unsigned send_of_size(std::size_t size) { return ana.send(bob, std::string(size, 'x'), ++key).status; }

  std::uint8_t key = 0;
  ServerWorld world;
  TestDevice ana{world, 1, "ana"};
  TestDevice bob{world, 2, "bob"};
};

TEST_F(FrameLimits, OfADevicesFrame) {
  EXPECT_TRUE(is_taken(of_size(limits::client_frame)));
  EXPECT_FALSE(is_taken(of_size(limits::client_frame + 1)));
  take_what_waits();
  EXPECT_FALSE(is_taken(base::Blob(1u << 20)));
  take_what_waits();
  EXPECT_TRUE(is_taken(acks(1)));
}

TEST_F(FrameLimits, OfTheAcknowledgementsInOne) {
  EXPECT_TRUE(is_taken(acks(limits::acks)));
  EXPECT_FALSE(is_taken(acks(limits::acks + 1)));
}

TEST_F(FrameLimits, OfAnEnvelope) {
  EXPECT_EQ(send_of_size(limits::envelope), 200u);
  EXPECT_EQ(send_of_size(limits::envelope + 1), 413u);
  EXPECT_EQ(send_of_size(10), 200u);
}

TEST_F(FrameLimits, OfAnUpload) {
  EXPECT_EQ(send_of_size(limits::upload), 413u);
  EXPECT_EQ(send_of_size(3 * limits::upload), 413u);
  EXPECT_EQ(send_of_size(10), 200u);
}

}  // namespace
}  // namespace sotto::test

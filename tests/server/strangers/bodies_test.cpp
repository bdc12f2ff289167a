// The memory for bodies that are being read: whoever fills it with one permit, or from one address, fills a part.
#include <gtest/gtest.h>

#include "server/strangers/addressed.hpp"

namespace sotto::test {
namespace {

struct BodiesTest : testing::Test {
  BodiesTest() : world(server::ServerOptions{.http = {.bodies = 800'000, .strangers_bodies = 800'000}}) {
    CHECK(ana.move_in().status == 200u);
    CHECK(bob.move_in().status == 200u);
  }
  /// A request whose body stops halfway, at 60,000 bytes.
  void begin(const std::string& address, const std::string& target, const net::Header& right) {
    auto stream = *net::run(world.time, world.network.connect(world.door(address), {}, std::chrono::seconds(5)));
    const std::string head = "POST " + target + " HTTP/1.1\r\nHost: here\r\n" + right.name + ": " + right.value +
                             "\r\nContent-Length: 120000\r\n\r\n" + std::string(60'000, 'x');
    static_cast<void>(net::run(world.time, net::write_all(*stream, base::view(head))));
    world.time.settle();
    begun.push_back(std::move(stream));
  }
  static constexpr int many = 20;
  const net::Header nothing{.name = "X-Nothing", .value = "0"};
  const std::string here = "198.51.100.7", elsewhere = "203.0.113.9";
  AddressedWorld world;
  TestDevice ana{world, 1, "ana"}, bob{world, 2, "bob"};
  std::vector<std::unique_ptr<net::Stream>> begun;
};

TEST_F(BodiesTest, OnePermitLeavesRoomToAnother) {
  for (int i = 0; i < many; ++i) begin(here, "/v1/messages", ana.permit_header());
  EXPECT_EQ(bob.send(ana, std::string(50'000, 'x'), 1).status, 503u);
  EXPECT_EQ(ana.send(bob, std::string(50'000, 'x'), 2).status, 200u);
}

TEST_F(BodiesTest, OneAddressLeavesRoomToAnother) {
  for (int i = 0; i < many; ++i) begin(here, "/v1/shared-messages", nothing);
  const base::Blob body(50'000);
  EXPECT_EQ(world.ask(here, "POST", "/v1/shared-messages", body).status, 503u);
  EXPECT_EQ(world.ask(elsewhere, "POST", "/v1/shared-messages", body).status, 400u);
}

TEST_F(BodiesTest, WhatWasHeldIsFreeAgain) {
  for (int i = 0; i < many; ++i) begin(here, "/v1/messages", ana.permit_header());
  begun.clear();
  world.time.settle();
  EXPECT_EQ(bob.send(ana, std::string(50'000, 'x'), 1).status, 200u);
}

}  // namespace
}  // namespace sotto::test

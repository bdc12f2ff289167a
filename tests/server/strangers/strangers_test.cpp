// What one address may do, and that another is not kept out by it.
#include "server/strangers/strangers.hpp"

#include <gtest/gtest.h>

#include "server/strangers/addressed.hpp"

namespace sotto::test {
namespace {

namespace limits = server::limits;
using limits::Deed;

struct StrangersTest : testing::Test {
  /// How often an address does it until it is told to wait.
  int deeds(const std::string& address, const std::string& target, std::vector<net::Header> headers = {}) {
    for (int done = 0;; ++done) {
      const auto response = world.ask(address, "POST", target, {}, headers);
      if (response.status != 429) continue;
      EXPECT_FALSE(net::header(response.headers, "Retry-After").empty());
      return done;
    }
  }
  static net::Header permit_of_nobody() {
    base::Blob shown(32, 1);
    shown[6] = 0x80, shown[8] = 0x80;  // an account id is a UUID
    return {.name = "Sotto-Permit", .value = base::to_base64url(shown)};
  }
  const std::string attacker = "198.51.100.7", other = "203.0.113.9";
  AddressedWorld world;
};

TEST_F(StrangersTest, OneAddressThatOpensRendezvousKeepsNobodyElseOut) {
  const int done = deeds(attacker, "/v1/rendezvous");
  EXPECT_EQ(done, static_cast<int>(limits::allowance(Deed::meeting).one.at_once));
  EXPECT_EQ(world.ask(other, "POST", "/v1/rendezvous").status, 200u);
}

TEST_F(StrangersTest, OneAddressThatRegistersKeepsNobodyElseOut) {
  const int done = deeds(attacker, "/v1/register");
  EXPECT_EQ(done, static_cast<int>(limits::allowance(Deed::registration).one.at_once));
  EXPECT_EQ(world.ask(other, "POST", "/v1/register").status, 400u);
}

TEST_F(StrangersTest, OneAddressThatTriesNamesKeepsNobodyElseOut) {
  frames::RegisterBegin wish;
  wish.set_user_name("ana");
  const base::Blob body = serialized(wish);
  unsigned last = 200;
  for (int i = 0; i < 100 && last == 200; ++i) last = world.ask(attacker, "POST", "/v1/register/begin", body).status;
  EXPECT_EQ(last, 429u);
  EXPECT_EQ(world.ask(other, "POST", "/v1/register/begin", body).status, 200u);
}

TEST_F(StrangersTest, WhatWasUsedUpComesBack) {
  deeds(attacker, "/v1/rendezvous");
  world.time.run_for(std::chrono::seconds(40));
  EXPECT_EQ(world.ask(attacker, "POST", "/v1/rendezvous").status, 200u);
}

TEST_F(StrangersTest, ANetworkOf64BitsIsOneAddressAndTheNextIsAnother) {
  deeds("2001:db8:1:2::1", "/v1/rendezvous");
  EXPECT_EQ(world.ask("2001:db8:1:2:ffff::9", "POST", "/v1/rendezvous").status, 429u);
  EXPECT_EQ(world.ask("2001:db8:1:3::1", "POST", "/v1/rendezvous").status, 200u);
}

TEST_F(StrangersTest, AnIPv4AddressIsTheSameWrittenAsIPv6) {
  deeds(attacker, "/v1/rendezvous");
  EXPECT_EQ(world.ask("::ffff:" + attacker, "POST", "/v1/rendezvous").status, 429u);
  EXPECT_EQ(world.ask("198.51.100.8", "POST", "/v1/rendezvous").status, 200u);
}

TEST_F(StrangersTest, ThisMachineIsNotCountedByItsAddress) {
  EXPECT_GE(deeds("127.0.0.1", "/v1/rendezvous"), static_cast<int>(limits::allowance(Deed::meeting).all.at_once));
}

TEST_F(StrangersTest, AnAddressThatShowsWrongPermitsIsToldToWaitAndNobodyElseIs) {
  const int most = static_cast<int>(limits::allowance(Deed::refusal).one.at_once);
  int refused = 0;
  net::HttpClient client(world.network, world.time, world.door(attacker), {});
  for (int i = 0; i < 2 * most; ++i) {
    net::Request request{.method = "GET", .target = "/v1/account", .headers = {permit_of_nobody()}};
    const auto response = net::run(world.time, client.send(std::move(request)));
    ASSERT_TRUE(response);
    if (response->status == 429) break;
    EXPECT_EQ(response->status, 403u);
    ++refused;
  }
  EXPECT_GE(refused, most);
  EXPECT_LT(refused, 2 * most);
  EXPECT_EQ(world.ask(other, "GET", "/v1/account", {}, {permit_of_nobody()}).status, 403u);
}

TEST_F(StrangersTest, WhoShowsAGoodTokenIsNotAskedWhatItsAddressDid) {
  TestDevice ana{world, 1, "ana"};
  ASSERT_EQ(ana.move_in().status, 200u);
  deeds(attacker, "/v1/rendezvous");
  EXPECT_EQ(world.ask(attacker, "GET", "/v1/status", {}, ana.headers()).status, 200u);
}

struct ConnectionsTest : testing::Test {
  ConnectionsTest() : world(server::ServerOptions{.strangers = {.connections_per_address = 10}}) {}
  /// A connection that says nothing.
  std::unique_ptr<net::Stream> connect(const std::string& address) {
    auto stream = net::run(world.time, world.network.connect(world.door(address), {}, std::chrono::seconds(5)));
    CHECK(stream);
    world.time.settle();
    return *std::move(stream);
  }
  AddressedWorld world;
  const std::string attacker = "198.51.100.7", other = "203.0.113.9";
};

TEST_F(ConnectionsTest, OfOneAddressAreSoManyAtOnceAndOthersStillConnect) {
  std::vector<std::unique_ptr<net::Stream>> silent;
  for (int i = 0; i < 30; ++i) silent.push_back(connect(attacker));
  EXPECT_EQ(world.server->connections(), 10u);
  EXPECT_EQ(world.ask(other, "POST", "/v1/rendezvous").status, 200u);
  silent.clear();
  world.time.settle();
  EXPECT_EQ(world.ask(attacker, "POST", "/v1/rendezvous").status, 200u);
}

TEST_F(ConnectionsTest, OfOneAddressAreSoManyInAWhile) {
  std::size_t stayed = 0;
  for (int i = 0; i < 700; ++i) {
    const auto stream = connect(attacker);
    stayed += world.server->connections();
  }
  EXPECT_EQ(stayed, static_cast<std::size_t>(limits::allowance(Deed::connection).one.at_once));
  EXPECT_EQ(world.ask(other, "POST", "/v1/rendezvous").status, 200u);
}

/// Everybody comes by one proxy, in memory, which has no address.
struct ForwardedTest : testing::Test {
  explicit ForwardedTest(bool is_believed = true)
      : world(server::ServerOptions{.strangers = {.believes_forwarded_for = is_believed}}) {}
  unsigned open(std::vector<net::Header> headers) {
    net::HttpClient client(world.network, world.time, world.endpoint(), {});
    net::Request request{.method = "POST", .target = "/v1/rendezvous", .headers = std::move(headers)};
    return net::run(world.time, client.send(std::move(request)))->status;
  }
  unsigned open_for(const std::string& forwarded) { return open({{.name = "X-Forwarded-For", .value = forwarded}}); }
  void use_up(const std::string& forwarded) {
    for (int i = 0; i < 10; ++i) EXPECT_EQ(open_for(forwarded), 200u);
  }
  ServerWorld world;
};

TEST_F(ForwardedTest, WhomAProxySpeaksForIsWhoAsks) {
  use_up("198.51.100.7");
  EXPECT_EQ(open_for("198.51.100.7"), 429u);
  EXPECT_EQ(open_for("203.0.113.9"), 200u);
}

TEST_F(ForwardedTest, WhatStandsBeforeTheLastAddressIsAnybodysWord) {
  use_up("192.0.2.1, 198.51.100.7");
  EXPECT_EQ(open_for("192.0.2.99, 198.51.100.7"), 429u);
  EXPECT_EQ(
      open({{.name = "X-Forwarded-For", .value = "192.0.2.5"}, {.name = "x-forwarded-for", .value = "198.51.100.7"}}),
      429u);
  EXPECT_EQ(open_for("198.51.100.7, 192.0.2.1"), 200u);
}

TEST_F(ForwardedTest, AddressesAreReadWithPortsAndInBrackets) {
  use_up("[2001:db8::1]:4711");
  EXPECT_EQ(open_for("2001:db8::2"), 429u);
  use_up("198.51.100.7:4711");
  EXPECT_EQ(open_for("198.51.100.7"), 429u);
}

TEST_F(ForwardedTest, WithoutAnAddressAProxyIsLimitedLikeAllTogether) {
  for (int i = 0; i < 50; ++i) EXPECT_EQ(open({}), 200u);
  EXPECT_EQ(open_for("unknown"), 200u);
}

struct UnbelievedTest : ForwardedTest {
  UnbelievedTest() : ForwardedTest(false) {}
};

TEST_F(UnbelievedTest, TheHeaderCountsForNothing) {
  for (int i = 0; i < 50; ++i) EXPECT_EQ(open_for("198.51.100.7"), 200u);
}

struct SpoofTest : testing::Test {
  AddressedWorld world{server::ServerOptions{.strangers = {.believes_forwarded_for = true}}};
};

TEST_F(SpoofTest, WhoConnectsByItselfIsNotBelieved) {
  unsigned last = 200;
  for (int i = 0; i < 50 && last == 200; ++i) {
    const std::string said = "203.0.113." + std::to_string(i);
    last = world.ask("198.51.100.7", "POST", "/v1/rendezvous", {}, {{.name = "X-Forwarded-For", .value = said}}).status;
  }
  EXPECT_EQ(last, 429u);
}

TEST(StrangerBuckets, AreAsManyAsTheyWereHoweverManyComeAndThoseOfTheMomentAreKept) {
  server::StrangerBuckets buckets;
  const net::Duration now{1'000'000};
  const server::Stranger busy(0x1234'5678'9abc'def1ull);
  const auto most = static_cast<int>(limits::allowance(Deed::meeting).one.at_once);
  for (int i = 0; i < most; ++i) EXPECT_EQ(buckets.take(Deed::meeting, busy, now, 1), 0u);
  EXPECT_GT(buckets.take(Deed::meeting, busy, now, 1), 0u);
  SeededRandom random{5};
  for (int i = 0; i < 1'000; ++i) {
    const auto bytes = random.bytes<8>();
    std::uint64_t name = 0;
    std::memcpy(&name, bytes.data(), sizeof name);
    static_cast<void>(buckets.take(Deed::meeting, server::Stranger(name), now, 1));
  }
  EXPECT_GT(buckets.take(Deed::meeting, busy, now, 1), 0u);
  EXPECT_EQ(buckets.take(Deed::registration, busy, now, 1), 0u);
}

TEST(StrangerNames, AnotherProcessCountsTheSameAddressByAnotherName) {
  SeededRandom one{1}, two{2};
  const auto origin = *net::parse_origin("198.51.100.7");
  EXPECT_NE(server::StrangerNames(one).of(origin), server::StrangerNames(two).of(origin));
}

}  // namespace
}  // namespace sotto::test

#include "net/socks5.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "net/memory_proxy.hpp"

namespace sotto::net {
namespace {

constexpr Duration soon = std::chrono::seconds(5);

base::Blob reply(std::uint8_t code) { return {5, code, 0, 1, 127, 0, 0, 1, 0x1F, 0x90}; }

TEST(Socks5, ANameGoesToTheProxyAsItIs) {
  EXPECT_EQ(base::to_hex(socks5::connect_request({.host = "chat.example", .port = 443})),
            "05010003"
            "0c"
            "636861742e6578616d706c65"
            "01bb");
}

TEST(Socks5, AddressesGoAsAddresses) {
  EXPECT_EQ(base::to_hex(socks5::connect_request({.host = "192.0.2.7", .port = 80})),
            "05010001"
            "c0000207"
            "0050");
  EXPECT_EQ(base::to_hex(socks5::connect_request({.host = "2001:db8::1", .port = 8443})),
            "05010004"
            "20010db8000000000000000000000001"
            "20fb");
}

TEST(Socks5, ALoginCountsItsParts) {
  EXPECT_EQ(base::to_hex(socks5::greeting(true)), "05020200");
  EXPECT_EQ(base::to_hex(socks5::greeting(false)), "050100");
  EXPECT_EQ(base::to_hex(socks5::login("me", "word")),
            "01"
            "02"
            "6d65"
            "04"
            "776f7264");
}

TEST(Socks5, AMethodThatWasNotOfferedIsRefused) {
  EXPECT_EQ(socks5::parse_method({5, 1}).error().problem, Problem::malformed);
  EXPECT_EQ(socks5::parse_method({4, 0}).error().problem, Problem::malformed);
  EXPECT_EQ(socks5::parse_method({5, 0xFF}).error().problem, Problem::proxy_login_refused);
}

TEST(Socks5, EachRefusalHasItsWords) {
  const std::vector<std::pair<int, Problem>> meanings{
      {1, Problem::proxy_failed},    {2, Problem::proxy_failed},    {3, Problem::unreachable},
      {4, Problem::unreachable},     {5, Problem::refused},         {6, Problem::timed_out},
      {7, Problem::proxy_failed},    {8, Problem::proxy_failed},    {0xF0, Problem::unreachable},
      {0xF1, Problem::unreachable},  {0xF2, Problem::unreachable},  {0xF3, Problem::unreachable},
      {0xF4, Problem::proxy_failed}, {0xF5, Problem::proxy_failed}, {0xF6, Problem::proxy_failed},
      {0xF7, Problem::unreachable},  {0x63, Problem::proxy_failed}};
  for (const auto& [code, problem] : meanings) {
    const auto parsed = socks5::parse_reply(reply(static_cast<std::uint8_t>(code)));
    ASSERT_FALSE(parsed) << code;
    EXPECT_EQ(parsed.error().problem, problem) << code;
    EXPECT_TRUE(parsed.error().detail.starts_with("the proxy says: ")) << code;
  }
  EXPECT_TRUE(socks5::parse_reply(reply(0)));
}

TEST(Socks5, AReplyIsAsLongAsItsAddress) {
  EXPECT_EQ(*socks5::reply_size({}), 5u);
  EXPECT_EQ(*socks5::reply_size(reply(0)), 10u);
  EXPECT_EQ(*socks5::reply_size(base::Blob{5, 0, 0, 4, 0}), 22u);
  EXPECT_EQ(*socks5::reply_size(base::Blob{5, 0, 0, 3, 9}), 16u);
  EXPECT_FALSE(socks5::reply_size(base::Blob{5, 0, 0, 2, 9}));
  EXPECT_FALSE(socks5::reply_size(base::Blob{4}));
}

struct ProxiedTest : testing::Test {
  asio::io_context io;
  VirtualTime time{io};
  MemoryTransport network{io.get_executor()};
  std::unique_ptr<Acceptor> server = *network.listen({.host = "there", .port = 443}, {});
  test::MemoryProxy proxy{network, io.get_executor()};

  Result<std::unique_ptr<Stream>> connect(Proxy by, std::string host = "there") {
    const ClientTls tls{.ca_file = {}, .ca_pem = {}, .spki_pin = {}, .route = {.addresses = {}, .proxy = by}};
    return run(time, network.connect({.host = host, .port = 443}, tls, soon));
  }
  Proxy with_login() { return {.at = {.host = "proxy", .port = 9050}, .user = "me", .password = "word"}; }
};

TEST_F(ProxiedTest, ConnectsThroughTheProxyByItsLogin) {
  const auto stream = connect(with_login());
  ASSERT_TRUE(stream);
  ASSERT_EQ(proxy.asked.size(), 1u);
  EXPECT_EQ(proxy.asked[0], (test::MemoryProxy::Asked{.user = "me", .password = "word", .host = "there", .port = 443}));
}

TEST_F(ProxiedTest, CarriesBytesBothWaysAfterwards) {
  const auto stream = connect(with_login());
  ASSERT_TRUE(stream);
  const auto remote = *run(time, server->accept());
  ASSERT_TRUE(run(time, write_all(**stream, base::Blob{1, 2, 3})));
  base::Bytes<8> got{};
  EXPECT_EQ(*run(time, read_some(*remote, got)), 3u);
  ASSERT_TRUE(run(time, write_all(*remote, base::Blob{4})));
  EXPECT_EQ(*run(time, read_some(**stream, got)), 1u);
  EXPECT_EQ(got[0], 4);
}

TEST_F(ProxiedTest, GoesOnWithoutALoginIfTheProxyAsksForNone) {
  proxy.method = 0;
  EXPECT_TRUE(connect(with_login()));
  EXPECT_EQ(proxy.asked.at(0).user, "");
}

TEST_F(ProxiedTest, ARefusedLoginIsSaidSo) {
  proxy.login_answer = 1;
  EXPECT_EQ(connect(with_login()).error().problem, Problem::proxy_login_refused);
}

TEST_F(ProxiedTest, AProxyThatAsksForALoginWhereThereIsNoneIsRefused) {
  proxy.method = 2;
  EXPECT_EQ(connect({.at = {.host = "proxy", .port = 9050}}).error().problem, Problem::malformed);
}

TEST_F(ProxiedTest, NothingGoesPastAProxyThatIsNotThere) {
  proxy.close();
  EXPECT_EQ(connect(with_login()).error().problem, Problem::proxy_unreachable);
  EXPECT_EQ(network.tried(), std::vector<std::string>{"proxy"});
}

}  // namespace
}  // namespace sotto::net

#include "net/address_kind.hpp"

#include <gtest/gtest.h>

#include "net/transport.hpp"

namespace sotto::net {
namespace {

struct Case {
  std::string host;
  AddressKind kind;
};
void PrintTo(const Case& named, std::ostream* out) { *out << named.host; }

struct AddressKindTest : testing::TestWithParam<Case> {};

TEST_P(AddressKindTest, TellsWhereAHostLeads) { EXPECT_EQ(kind_of_spelling(GetParam().host), GetParam().kind); }

INSTANTIATE_TEST_SUITE_P(
    Addresses, AddressKindTest,
    testing::Values(Case{"8.8.8.8", AddressKind::global}, Case{"2606:4700::1", AddressKind::global},
                    Case{"chat.example", AddressKind::global}, Case{"127.0.0.1", AddressKind::loopback},
                    Case{"127.255.0.9", AddressKind::loopback}, Case{"::1", AddressKind::loopback},
                    Case{"localhost", AddressKind::loopback}, Case{"a.localhost", AddressKind::loopback},
                    Case{"10.1.2.3", AddressKind::site}, Case{"172.16.0.1", AddressKind::site},
                    Case{"172.31.255.255", AddressKind::site}, Case{"172.32.0.1", AddressKind::global},
                    Case{"192.168.0.1", AddressKind::site}, Case{"fd00::1", AddressKind::site},
                    Case{"fec0::1", AddressKind::site}, Case{"100.64.0.1", AddressKind::shared},
                    Case{"100.128.0.1", AddressKind::global}, Case{"169.254.169.254", AddressKind::link_local},
                    Case{"fe80::1", AddressKind::link_local}, Case{"0.0.0.0", AddressKind::unusable},
                    Case{"::", AddressKind::unusable}, Case{"224.0.0.1", AddressKind::unusable},
                    Case{"255.255.255.255", AddressKind::unusable}, Case{"ff02::1", AddressKind::unusable},
                    Case{"2001:db8::1", AddressKind::unusable},
                    // IPv4 in IPv6: mapped, translated (RFC 6052), 6to4
                    Case{"::ffff:127.0.0.1", AddressKind::loopback}, Case{"::ffff:10.0.0.1", AddressKind::site},
                    Case{"64:ff9b::7f00:1", AddressKind::loopback}, Case{"64:ff9b::808:808", AddressKind::global},
                    Case{"2002:a9fe:a9fe::1", AddressKind::link_local}, Case{"::127.0.0.1", AddressKind::unusable},
                    // what a resolver may take for 127.0.0.1
                    Case{"127.1", AddressKind::unusable}, Case{"2130706433", AddressKind::unusable},
                    Case{"0x7f000001", AddressKind::unusable}, Case{"127.0.0.1.", AddressKind::unusable}));

TEST(AddressRule, AllowsBesidesGlobalAddressesOnlyTheKindThatItNames) {
  const AddressRule rule{.is_any = false, .also = AddressKind::site};
  EXPECT_TRUE(rule.allows(AddressKind::global));
  EXPECT_TRUE(rule.allows(AddressKind::site));
  EXPECT_FALSE(rule.allows(AddressKind::loopback));
  EXPECT_FALSE(rule.allows(AddressKind::link_local));
}

TEST(AddressRule, NeverAllowsAnAddressThatIsNoMachines) {
  const AddressRule rule{.is_any = false, .also = AddressKind::unusable};
  EXPECT_FALSE(rule.allows(AddressKind::unusable));
}

TEST(Route, AnOnionNameIsNeverGivenToTheNameService) {
  EXPECT_EQ(check_route({.host = "abc.onion", .port = 443}, {}).error().problem, Problem::onion_without_proxy);
  const Route by_tor{.addresses = {}, .proxy = Proxy{.at = {.host = "127.0.0.1", .port = 9050}}};
  EXPECT_TRUE(check_route({.host = "abc.onion", .port = 443}, by_tor));
}

TEST(Proxy, IsReadFromItsAddress) {
  const auto plain = parse_proxy("socks5h://127.0.0.1:9050");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->at, (Endpoint{.host = "127.0.0.1", .port = 9050}));
  EXPECT_FALSE(plain->has_login());
  const auto with_login = parse_proxy("socks5h://me:secret@[::1]:1080/");
  ASSERT_TRUE(with_login);
  EXPECT_EQ(with_login->at.host, "::1");
  EXPECT_EQ(with_login->user, "me");
  EXPECT_EQ(with_login->password, "secret");
}

TEST(Proxy, IsNothingThatWouldResolveNamesHereOrThatIsIncomplete) {
  for (const char* url : {"socks5://127.0.0.1:9050", "http://127.0.0.1:9050", "socks5h://", "socks5h://host",
                          "socks5h://host:0", "socks5h://:p@host:1", "socks5h://u@host:1", "socks5h://host:1/path"})
    EXPECT_FALSE(parse_proxy(url)) << url;
}

}  // namespace
}  // namespace sotto::net

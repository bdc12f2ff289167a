// Everything by a SOCKS5 proxy, and nothing past it.
#include <gtest/gtest.h>

#include "e2e/town.hpp"
#include "net/memory_proxy.hpp"
#include "server/other_server.hpp"

namespace sotto::test {
namespace {

using Texts = std::vector<std::string>;
constexpr const char* by_proxy = "socks5h://proxy:9050";

struct Proxied : testing::Test {
  Town town;
  OtherServer there{town, "there"};
  MemoryProxy proxy{town.network, town.io.get_executor()};
  Resident& ana = town.visitor("ana");
  Resident& ben = town.resident("ben", "there:443");

  void SetUp() override { ASSERT_TRUE(ana.engine->set_proxy(by_proxy)); }
  /// The logins by which the proxy was asked for a host.
  std::set<std::string> users_for(const std::string& host) const {
    std::set<std::string> found;
    for (const auto& one : proxy.asked) {
      if (one.host == host) found.insert(one.user);
    }
    return found;
  }
};

TEST_F(Proxied, AnAccountIsMadeAndUsedWithoutOneConnectionPastTheProxy) {
  const std::size_t before = town.network.tried().size();
  ASSERT_TRUE(ana.enrol());
  ASSERT_TRUE(ana.add(ben));
  ASSERT_TRUE(ana.write(ben, "one"));
  ASSERT_TRUE(ana.listen());
  // The proxy connects onwards: as often as it was asked, and each time it was itself tried first.
  const auto& tried = town.network.tried();
  const auto since = tried.begin() + static_cast<std::ptrdiff_t>(before);
  EXPECT_EQ(std::size_t(std::count(since, tried.end(), "proxy")), proxy.asked.size());
  EXPECT_EQ(std::size_t(tried.end() - since), 2 * proxy.asked.size());
  ASSERT_TRUE(ben.listen());
  EXPECT_EQ(ben.texts(), Texts{"one"});
}

TEST_F(Proxied, AnonymousAndAuthenticatedConnectionsHaveDifferentLogins) {
  ASSERT_TRUE(ana.enrol());
  Resident& cem = town.resident("cem");
  ASSERT_TRUE(ana.add(cem));
  ASSERT_TRUE(ana.add(ben));
  proxy.asked.clear();
  ASSERT_TRUE(ana.write(cem, "to this server"));
  ASSERT_TRUE(ana.write(ben, "to the other"));
  EXPECT_EQ(users_for("here").size(), 2u) << "one authenticated, one anonymous";
  EXPECT_EQ(users_for("there").size(), 1u);
  EXPECT_EQ(proxy.users().size(), 3u);
  for (const auto& one : proxy.asked) EXPECT_GE(one.password.size(), 16u);
}

TEST_F(Proxied, AnotherRunHasOtherLogins) {
  ASSERT_TRUE(ana.enrol());
  proxy.asked.clear();
  ASSERT_TRUE(ana.listen());
  const auto first = proxy.users();
  proxy.asked.clear();
  ana.restart();
  ASSERT_TRUE(ana.listen());
  for (const auto& user : proxy.users()) EXPECT_FALSE(first.contains(user));
}

TEST_F(Proxied, TheProxyResolvesNames) {
  ASSERT_TRUE(ana.enrol());
  for (const auto& one : proxy.asked) EXPECT_EQ(one.host, "here");
}

TEST_F(Proxied, WithTheProxyGoneNothingIsSentAndThePersonIsTold) {
  ASSERT_TRUE(ana.enrol());
  ASSERT_TRUE(ana.add(ben));
  proxy.close();
  town.network.cut_all();
  const std::size_t before = town.network.tried().size();
  const auto refused = ana.write(ben, "one");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().error, client::Error::unreachable);
  EXPECT_NE(refused.error().message.find("nothing goes past it"), std::string::npos) << refused.error().message;
  const auto& tried = town.network.tried();
  for (std::size_t i = before; i < tried.size(); ++i) EXPECT_EQ(tried[i], "proxy");
}

TEST_F(Proxied, AProxyThatIsSetWhileAMailboxIsOpenTakesOverAtOnce) {
  Resident& cem = town.resident("cem");
  cem.keep_listening();
  town.time.run_for(std::chrono::minutes(1));
  EXPECT_TRUE(proxy.asked.empty());
  ASSERT_TRUE(cem.engine->set_proxy(by_proxy));
  town.time.run_for(std::chrono::minutes(1));
  EXPECT_FALSE(proxy.asked.empty());
  Resident& dan = town.resident("dan");
  ASSERT_TRUE(dan.add(cem));
  ASSERT_TRUE(dan.write(cem, "still there?"));
  town.time.run_for(std::chrono::minutes(1));
  EXPECT_EQ(cem.texts(), Texts{"still there?"});
}

TEST_F(Proxied, ALoginOfTheSettingIsUsedAsItIs) {
  ASSERT_TRUE(ana.engine->set_proxy("socks5h://me:word@proxy:9050"));
  ASSERT_TRUE(ana.enrol());
  EXPECT_EQ(proxy.users(), std::set<std::string>{"me"});
}

TEST_F(Proxied, AServerThatIsWrittenAsAPrivateAddressIsRefusedBeforeTheProxyHearsOfIt) {
  ASSERT_TRUE(ana.enrol());
  auto link = *ben.engine->address();
  link.home_server = "127.0.0.1:443";
  ASSERT_TRUE(ana.run(ana.engine->add_contact(link.text(), "ben")));
  ASSERT_TRUE(ana.engine->enqueue("ben", "one"));
  const auto refused = ana.run(ana.engine->drain_outbox());
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("this machine itself"), std::string::npos) << refused.error().message;
  EXPECT_TRUE(users_for("127.0.0.1").empty());
}

TEST_F(Proxied, WhatIsNoProxyAddressIsRefusedWithTheReason) {
  const auto refused = ana.engine->set_proxy("socks5://proxy:9050");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("write socks5h://"), std::string::npos);
  EXPECT_FALSE(ana.engine->set_proxy("http://proxy:8080"));
  EXPECT_TRUE(ana.engine->set_proxy(""));
}

}  // namespace
}  // namespace sotto::test

#include "net/origin.hpp"

#include <gtest/gtest.h>

namespace sotto::net {
namespace {

TEST(Origin, IsReadAsProxiesWriteIt) {
  const auto four = parse_origin("192.0.2.1"), six = parse_origin("2001:db8::1");
  ASSERT_TRUE(four && six);
  for (const char* const text : {" 192.0.2.1", "192.0.2.1:4711", "::ffff:192.0.2.1", "[::ffff:192.0.2.1]:4711"})
    EXPECT_EQ(parse_origin(text), four) << text;
  for (const char* const text : {"2001:DB8::1\t", "[2001:db8::1]", "[2001:db8::1]:4711", "\"[2001:db8:0::1]:4711\""})
    EXPECT_EQ(parse_origin(text), six) << text;
  EXPECT_TRUE(four->is_ipv4());
  EXPECT_FALSE(six->is_ipv4());
}

TEST(Origin, WhatIsNoAddressIsNone) {
  for (const char* const text :
       {"", "unknown", "_hidden", "[", "[]", "192.0.2", "192.0.2.1.5", "1:2", ":", "fe80::1::2"})
    EXPECT_FALSE(parse_origin(text)) << text;
}

TEST(Origin, KnowsThisMachine) {
  for (const char* const text : {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"})
    EXPECT_TRUE(parse_origin(text)->is_loopback()) << text;
  for (const char* const text : {"128.0.0.1", "::2", "10.0.0.1"})
    EXPECT_FALSE(parse_origin(text)->is_loopback()) << text;
}

}  // namespace
}  // namespace sotto::net

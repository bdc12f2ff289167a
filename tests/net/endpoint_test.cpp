#include <gtest/gtest.h>

#include "net/transport.hpp"

namespace sotto::net {
namespace {

TEST(Endpoint, ReadsWhatItWrites) {
  for (const auto* text : {"example.org:443", "127.0.0.1:1", "[::1]:65535", "[fe80::1]:8443"}) {
    const auto parsed = parse_endpoint(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(to_text(*parsed), text);
  }
}

TEST(Endpoint, TakesTheDefaultPortWhenNoneIsWritten) {
  EXPECT_EQ(parse_endpoint("example.org", 443), (Endpoint{.host = "example.org", .port = 443}));
  EXPECT_EQ(parse_endpoint("[::1]", 443), (Endpoint{.host = "::1", .port = 443}));
}

TEST(Endpoint, RefusesWhatIsNotAHostAndAPort) {
  for (const auto* text :
       {"", ":", ":443", "example.org", "example.org:", "example.org:65536", "example.org:-1", "a b:1", "https://a:1",
        "a:1/x", "Example.org:443", "[::1", "[]:1", "[abc]:1", "a:1:2", "::1:443"})
    EXPECT_FALSE(parse_endpoint(text)) << text;
}

}  // namespace
}  // namespace sotto::net

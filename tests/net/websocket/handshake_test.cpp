#include "net/websocket/handshake.hpp"

#include <gtest/gtest.h>

namespace sotto::net {
namespace {

constexpr const char* example_key = "dGhlIHNhbXBsZSBub25jZQ==";  // RFC 6455, section 1.3

std::vector<Header> without(std::vector<Header> headers, std::string_view name) {
  std::erase_if(headers, [name](const Header& header) { return header.name == name; });
  return headers;
}

TEST(Handshake, AnswersTheKeyOfTheStandardsExample) {
  EXPECT_EQ(handshake_accept(example_key), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(Handshake, GrantsWhatItAsksForItself) {
  const std::string key = fresh_handshake_key();
  const Response answer = handshake_response(handshake_request({.target = "/x"}, key));
  EXPECT_EQ(answer.status, 101u);
  EXPECT_TRUE(is_granted(answer, key));
  EXPECT_FALSE(is_granted(answer, fresh_handshake_key()));
}

TEST(Handshake, AsksWithAFreshKeyEachTime) { EXPECT_NE(fresh_handshake_key(), fresh_handshake_key()); }

TEST(Handshake, RefusesAnotherVersionAndSaysWhichItSpeaks) {
  for (const char* other : {"", "12", "14", "13, 8"}) {
    Request asked = handshake_request({}, example_key);
    asked.headers = without(asked.headers, "Sec-WebSocket-Version");
    if (*other) asked.headers.push_back({.name = "Sec-WebSocket-Version", .value = other});
    const Response answer = handshake_response(asked);
    EXPECT_EQ(answer.status, 426u) << other;
    EXPECT_EQ(header(answer.headers, "Sec-WebSocket-Version"), "13");
  }
}

TEST(Handshake, RefusesAKeyThatIsNotSixteenBytes) {
  for (const char* key : {"", "x", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ===", "dGhl!HNhbXBsZSBub25jZQ==",
                          "dGhlIHNhbXBsZSBub25jZQAA"})
    EXPECT_EQ(handshake_response(handshake_request({}, key)).status, 400u) << key;
}

TEST(Handshake, RefusesTwoKeys) {
  Request asked = handshake_request({}, example_key);
  asked.headers.push_back({.name = "sec-websocket-key", .value = example_key});
  EXPECT_EQ(handshake_response(asked).status, 400u);
}

TEST(Handshake, IsNotGrantedByAnAnswerThatLacksAPart) {
  const Response answer = handshake_response(handshake_request({}, example_key));
  for (const Header& part : answer.headers) {
    Response less = answer;
    less.headers = without(less.headers, part.name);
    EXPECT_FALSE(is_granted(less, example_key)) << part.name;
  }
}

TEST(Handshake, IsNotGrantedWithAnExtensionThatNobodyAskedFor) {
  for (const char* name : {"Sec-WebSocket-Extensions", "Sec-WebSocket-Protocol"}) {
    Response answer = handshake_response(handshake_request({}, example_key));
    answer.headers.push_back({.name = name, .value = "permessage-deflate"});
    EXPECT_FALSE(is_granted(answer, example_key)) << name;
  }
}

TEST(Handshake, FindsAWordAmongOthers) {
  const std::vector<Header> headers{{.name = "connection", .value = "keep-alive , UPGRADE"}};
  EXPECT_TRUE(has_word(headers, "Connection", "upgrade"));
  EXPECT_FALSE(has_word(headers, "Connection", "keep"));
}

}  // namespace
}  // namespace sotto::net

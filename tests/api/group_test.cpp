#include <gtest/gtest.h>

#include "api/device.hpp"

namespace sotto::test {
namespace {

constexpr std::uint8_t group[SOTTO_UUID_SIZE] = {7, 7};

void restart(SenderKey& key) {
  Room bytes;
  ASSERT_EQ(sotto_sender_key_serialize(key.get(), bytes), SOTTO_OK);
  const Blob kept = bytes.taken();
  ASSERT_EQ(sotto_sender_key_parse(view(kept), Out(key)), SOTTO_OK);
}

// Ana gave her chain to Ben and to Cat, inside a session with each; every record is stored and read between two steps.
class ApiGroup : public testing::Test {
 protected:
  void SetUp() override {
    Room made;
    ASSERT_EQ(sotto_sender_key_distribute(nullptr, group, nullptr, Out(ana_), made), SOTTO_OK);
    give(made.taken(), ben_device_, ben_);
    give(made.taken(), cat_device_, cat_);
  }
  void give(const Blob& distribution, Device& device, SenderKey& key) {
    ana_device_.session.reset();
    ana_device_.meet(device);
    const Message sent = ana_device_.send(device, std::string(distribution.begin(), distribution.end()));
    Blob received;
    ASSERT_EQ(device.receive(ana_device_, sent, received), SOTTO_OK);
    ASSERT_EQ(sotto_sender_key_accept(nullptr, view(received), Out(key)), SOTTO_OK);
    restart(key);
  }
  Blob send(std::string_view text) {
    const Blob plaintext = blob(text);
    Room message;
    EXPECT_EQ(sotto_sender_key_encrypt(ana_.get(), group, view(plaintext), nullptr, Out(ana_), message), SOTTO_OK);
    restart(ana_);
    return message.taken();
  }
  static void expect_read(SenderKey& key, const Blob& message, std::string_view expected) {
    Room text;
    ASSERT_EQ(sotto_sender_key_decrypt(key.get(), view(message), Out(key), text), SOTTO_OK);
    EXPECT_EQ(text.taken(), blob(expected));
    restart(key);
  }
  Device ana_device_{ana_account, 1}, ben_device_{ben_account, 2}, cat_device_{"cat", 3};
  SenderKey ana_, ben_, cat_;
};

TEST_F(ApiGroup, BothMembersReadEverythingEachInTheOrderItCame) {
  const Blob one = send("one"), two = send("two"), three = send("three");
  expect_read(ben_, one, "one");
  expect_read(ben_, two, "two");
  expect_read(ben_, three, "three");
  expect_read(cat_, three, "three");
  expect_read(cat_, one, "one");
  expect_read(cat_, two, "two");
}

TEST_F(ApiGroup, WhatOneMemberHasReadTheOtherHasNot) {
  const Blob message = send("once");
  expect_read(ben_, message, "once");
  SenderKey after;
  Room text;
  EXPECT_EQ(sotto_sender_key_decrypt(ben_.get(), view(message), Out(after), text), SOTTO_DUPLICATE_MESSAGE);
  EXPECT_EQ(after, nullptr);
  expect_read(cat_, message, "once");
}

TEST_F(ApiGroup, ANewChainDoesNotReachWhoWasNotGivenIt) {
  Room made;
  ASSERT_EQ(sotto_sender_key_distribute(nullptr, group, nullptr, Out(ana_), made), SOTTO_OK);
  give(made.taken(), ben_device_, ben_);
  const Blob message = send("without Cat");
  expect_read(ben_, message, "without Cat");
  SenderKey after;
  Room text;
  EXPECT_EQ(sotto_sender_key_decrypt(cat_.get(), view(message), Out(after), text), SOTTO_NO_SENDER_KEY);
  EXPECT_TRUE(text.is_untouched());
}

}  // namespace
}  // namespace sotto::test

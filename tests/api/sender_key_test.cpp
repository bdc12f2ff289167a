#include <gtest/gtest.h>

#include "api/device.hpp"
#include "protocol/sender_key/record.hpp"

namespace sotto::test {
namespace {

constexpr std::uint8_t group[SOTTO_UUID_SIZE] = {1, 2, 3, 4, 5, 6, 0x47, 8, 0x89, 10, 11, 12, 13, 14, 15, 16};

Blob bytes_of(const SenderKey& key) {
  Room bytes;
  EXPECT_EQ(sotto_sender_key_serialize(key.get(), bytes), SOTTO_OK);
  return bytes.taken();
}

// A sender, and a member who has its distribution message.
class ApiSenderKey : public testing::Test {
 protected:
  ApiSenderKey() {
    Room message;
    EXPECT_EQ(sotto_sender_key_distribute(nullptr, group, nullptr, Out(sender_), message), SOTTO_OK);
    distribution_ = message.taken();
    EXPECT_EQ(sotto_sender_key_accept(nullptr, view(distribution_), Out(member_)), SOTTO_OK);
  }
  Blob encrypt(std::string_view text) {
    const Blob plaintext = blob(text);
    Room message(plaintext.size() + SOTTO_OVERHEAD);
    EXPECT_EQ(sotto_sender_key_encrypt(sender_.get(), group, view(plaintext), nullptr, Out(sender_), message),
              SOTTO_OK);
    return message.taken();
  }
  sotto_status decrypt(const Blob& message, Blob& text) {
    Room room(message.size());
    const sotto_status status = sotto_sender_key_decrypt(member_.get(), view(message), Out(member_), room);
    if (status == SOTTO_OK) {
      text = room.taken();
    } else {
      EXPECT_TRUE(room.is_untouched());
    }
    return status;
  }
  SenderKey sender_, member_;
  Blob distribution_;
};

TEST_F(ApiSenderKey, AMemberReadsWhatTheSenderWrites) {
  for (const char* text : {"one", "", "three"}) {
    Blob read;
    ASSERT_EQ(decrypt(encrypt(text), read), SOTTO_OK);
    EXPECT_EQ(read, blob(text));
    const Blob kept = bytes_of(member_);
    ASSERT_EQ(sotto_sender_key_parse(view(kept), Out(member_)), SOTTO_OK);
    EXPECT_EQ(bytes_of(member_), kept);
  }
}

TEST_F(ApiSenderKey, MessagesNameTheirRecord) {
  std::uint8_t id[SOTTO_UUID_SIZE];
  ASSERT_EQ(sotto_distribution_message_id(view(distribution_), id), SOTTO_OK);
  EXPECT_EQ(blob(view(id)), blob(view(group)));
  const Blob message = encrypt("text");
  ASSERT_EQ(sotto_sender_key_message_id(view(message), id), SOTTO_OK);
  EXPECT_EQ(blob(view(id)), blob(view(group)));
  EXPECT_EQ(sotto_sender_key_message_id({}, id), SOTTO_INVALID_MESSAGE);
  EXPECT_EQ(sotto_distribution_message_id({}, id), SOTTO_INVALID_MESSAGE);
}

TEST_F(ApiSenderKey, DistributingAgainGivesTheChainAsItIsNow) {
  Room again;
  ASSERT_EQ(sotto_sender_key_distribute(sender_.get(), group, nullptr, Out(sender_), again), SOTTO_OK);
  EXPECT_EQ(again.taken(), distribution_);
  encrypt("before the newcomer");
  ASSERT_EQ(sotto_sender_key_distribute(sender_.get(), group, nullptr, Out(sender_), again), SOTTO_OK);
  EXPECT_NE(again.taken(), distribution_);
}

TEST_F(ApiSenderKey, ADuplicateIsSaidSoAndChangesNothing) {
  const Blob message = encrypt("once");
  Blob text;
  ASSERT_EQ(decrypt(message, text), SOTTO_OK);
  const Blob before = bytes_of(member_);
  EXPECT_EQ(decrypt(message, text), SOTTO_DUPLICATE_MESSAGE);
  EXPECT_EQ(bytes_of(member_), before);
}

TEST_F(ApiSenderKey, AForgedMessageHasAnInvalidSignature) {
  Blob message = encrypt("text"), text;
  message.back() ^= 1;
  const Blob before = bytes_of(member_);
  EXPECT_EQ(decrypt(message, text), SOTTO_INVALID_SIGNATURE);
  EXPECT_EQ(bytes_of(member_), before);
  EXPECT_EQ(decrypt({}, text), SOTTO_INVALID_MESSAGE);
}

TEST_F(ApiSenderKey, WithoutTheDistributionMessageThereIsNoSenderKey) {
  const Blob message = encrypt("text");
  SenderKey after;
  Room text;
  EXPECT_EQ(sotto_sender_key_decrypt(nullptr, view(message), Out(after), text), SOTTO_NO_SENDER_KEY);
  EXPECT_EQ(sotto_sender_key_encrypt(nullptr, group, {}, nullptr, Out(after), text), SOTTO_NO_SENDER_KEY);
  EXPECT_EQ(after, nullptr);
}

TEST_F(ApiSenderKey, AnothersChainEncryptsNothing) {
  SenderKey after;
  Room message;
  EXPECT_EQ(sotto_sender_key_encrypt(member_.get(), group, {}, nullptr, Out(after), message), SOTTO_INVALID_SESSION);
  EXPECT_EQ(after, nullptr);
}

TEST_F(ApiSenderKey, WhatIsNoDistributionMessageIsNotAccepted) {
  Blob broken = distribution_;
  broken.resize(64);
  SenderKey after;
  EXPECT_EQ(sotto_sender_key_accept(member_.get(), view(broken), Out(after)), SOTTO_INVALID_MESSAGE);
  EXPECT_EQ(after, nullptr);
}

TEST_F(ApiSenderKey, ADistributionMessageWithAKeyThatIsNoneIsSaidSo) {
  const Blob spoiled = with_a_key_spoiled(distribution_, 0x2A);  // the signing key
  const Blob before = bytes_of(member_);
  SenderKey after;
  std::uint8_t id[SOTTO_UUID_SIZE] = {};
  EXPECT_EQ(sotto_sender_key_accept(member_.get(), view(spoiled), Out(after)), SOTTO_INVALID_KEY);
  EXPECT_EQ(sotto_distribution_message_id(view(spoiled), id), SOTTO_INVALID_KEY);
  EXPECT_EQ(after, nullptr);
  EXPECT_EQ(id[0], 0);
  EXPECT_EQ(bytes_of(member_), before);
}

TEST_F(ApiSenderKey, RecordsAreThoseOfTheProtocol) {
  const Blob kept = bytes_of(sender_);
  const auto record = protocol::SenderKeyRecord::parse(kept);
  ASSERT_TRUE(record);
  EXPECT_TRUE(record->first()->own_signing_key.has_value());
  SenderKey parsed;
  EXPECT_EQ(sotto_sender_key_parse({kept.data(), kept.size() - 1}, Out(parsed)), SOTTO_INVALID_SESSION);
}

TEST_F(ApiSenderKey, ABufferTooSmallGivesNoRecord) {
  const Blob message = encrypt("five!");
  SenderKey after;
  Room four(4);
  EXPECT_EQ(sotto_sender_key_decrypt(member_.get(), view(message), Out(after), four), SOTTO_BUFFER_TOO_SMALL);
  EXPECT_EQ(four.size(), 5u);
  EXPECT_EQ(after, nullptr);
  EXPECT_EQ(sotto_sender_key_distribute(nullptr, group, nullptr, Out(after), four), SOTTO_BUFFER_TOO_SMALL);
  EXPECT_EQ(sotto_sender_key_encrypt(sender_.get(), group, {}, nullptr, Out(after), four), SOTTO_BUFFER_TOO_SMALL);
  EXPECT_EQ(after, nullptr);
}

}  // namespace
}  // namespace sotto::test

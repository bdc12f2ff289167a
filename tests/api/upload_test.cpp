#include <gtest/gtest.h>

#include "api/sealing.hpp"

namespace sotto::test {
namespace {

class ApiUpload : public Sealing {
 protected:
  sotto_sealed_recipient to_ben() const {
    return {{0x00, 0xBE}, devices_, registrations_, 2, view(pair_.ben.identity_key), {}};
  }
  sotto_status seal_for(const std::vector<sotto_sealed_recipient>& recipients, sotto_buffer* message,
                        std::uint8_t* left_out = nullptr) {
    const Blob inside = content({SOTTO_MESSAGE_SENDER_KEY, blob("x")});
    return sotto_seal_for_many(view(inside), pair_.ana.identity.get(), recipients.data(), recipients.size(), excluded_,
                               1, nullptr, message, left_out);
  }
  std::uint8_t devices_[2] = {1, 2};
  std::uint32_t registrations_[2] = {100, 0x3FFF};
  std::uint8_t excluded_[SOTTO_SERVICE_ID_SIZE] = {0x01, 0xCA};
};

TEST_F(ApiUpload, TheServerSplitsItAndBenOpensHisPart) {
  Room upload;
  std::uint8_t left_out = 7;
  ASSERT_EQ(seal_for({to_ben()}, upload, &left_out), SOTTO_OK);
  EXPECT_EQ(left_out, 0);

  const Blob sent_bytes = upload.taken();
  SentMessage sent;
  ASSERT_EQ(sotto_sent_message_parse(view(sent_bytes), Out(sent)), SOTTO_OK);
  EXPECT_EQ(sotto_sent_message_recipient_count(sent.get()), 2u);
  EXPECT_EQ(sotto_sent_message_has_repeated_recipients(sent.get()), 0);
  std::uint8_t service_id[SOTTO_SERVICE_ID_SIZE], device = 0;
  std::uint32_t registration = 0;
  std::size_t device_count = 0;
  ASSERT_EQ(sotto_sent_message_recipient(sent.get(), 0, service_id, &device_count), SOTTO_OK);
  EXPECT_EQ(service_id[1], 0xBE);
  EXPECT_EQ(device_count, 2u);
  ASSERT_EQ(sotto_sent_message_device(sent.get(), 0, 1, &device, &registration), SOTTO_OK);
  EXPECT_EQ(device, 2);
  EXPECT_EQ(registration, 0x3FFFu);
  ASSERT_EQ(sotto_sent_message_recipient(sent.get(), 1, service_id, &device_count), SOTTO_OK);
  EXPECT_EQ(device_count, 0u);

  Room received;
  ASSERT_EQ(sotto_sent_message_received_by(sent.get(), 0, received), SOTTO_OK);
  const Opened opened = open(received.taken());
  ASSERT_EQ(verify(opened, reception()), SOTTO_OK);
  EXPECT_EQ(blob(sotto_opened_message(opened.get())), blob("x"));
}

TEST_F(ApiUpload, WhatIsNotThereCantBeAskedFor) {
  Room upload;
  ASSERT_EQ(seal_for({to_ben()}, upload), SOTTO_OK);
  const Blob sent_bytes = upload.taken();
  SentMessage sent;
  ASSERT_EQ(sotto_sent_message_parse(view(sent_bytes), Out(sent)), SOTTO_OK);
  std::uint8_t service_id[SOTTO_SERVICE_ID_SIZE], device = 0;
  std::uint32_t registration = 0;
  std::size_t device_count = 0;
  Room received;
  EXPECT_EQ(sotto_sent_message_recipient(sent.get(), 2, service_id, &device_count), SOTTO_INVALID_ARGUMENT);
  EXPECT_EQ(sotto_sent_message_device(sent.get(), 0, 2, &device, &registration), SOTTO_INVALID_ARGUMENT);
  EXPECT_EQ(sotto_sent_message_received_by(sent.get(), 1, received), SOTTO_INVALID_ARGUMENT);  // excluded
  SentMessage none;
  EXPECT_EQ(sotto_sent_message_parse({sent_bytes.data(), 40}, Out(none)), SOTTO_INVALID_MESSAGE);
  EXPECT_EQ(none, nullptr);
}

TEST_F(ApiUpload, ARepeatedRecipientIsMerged) {
  Room upload;
  ASSERT_EQ(seal_for({to_ben(), to_ben()}, upload), SOTTO_OK);
  const Blob sent_bytes = upload.taken();
  SentMessage sent;
  ASSERT_EQ(sotto_sent_message_parse(view(sent_bytes), Out(sent)), SOTTO_OK);
  EXPECT_EQ(sotto_sent_message_has_repeated_recipients(sent.get()), 1);
}

TEST_F(ApiUpload, ARecipientWithAKeyOfSmallOrderIsLeftOut) {
  Blob zero(SOTTO_PUBLIC_KEY_SIZE);
  zero[0] = 0x05;
  sotto_sealed_recipient hostile = to_ben();
  hostile.service_id[1] = 0xE7;
  hostile.identity_key = view(zero);
  Room upload;
  std::uint8_t left_out[2] = {7, 7};
  ASSERT_EQ(seal_for({hostile, to_ben()}, upload, left_out), SOTTO_OK);
  EXPECT_EQ(left_out[0], 1);
  EXPECT_EQ(left_out[1], 0);
  const Blob bytes = upload.taken();
  SentMessage sent;
  Room received;
  ASSERT_EQ(sotto_sent_message_parse(view(bytes), Out(sent)), SOTTO_OK);
  EXPECT_EQ(sotto_sent_message_recipient_count(sent.get()), 2u);  // Ben, and the excluded one
  ASSERT_EQ(sotto_sent_message_received_by(sent.get(), 0, received), SOTTO_OK);
  EXPECT_EQ(verify(open(received.taken()), reception()), SOTTO_OK);
}

TEST_F(ApiUpload, WrongRecipientsAreRefusedByName) {
  struct Case {
    sotto_status expected;
    void (*spoil)(sotto_sealed_recipient&);
  };
  for (const Case& one : {
           Case{SOTTO_NO_SESSION, [](auto& to) { to.device_count = 0; }},
           Case{SOTTO_INVALID_SESSION,
                [](auto& to) {
                  static constexpr std::uint32_t wide[2] = {1, 0x4000};
                  to.registration_ids = wide;
                }},
           Case{SOTTO_INVALID_ADDRESS, [](auto& to) { to.service_id[0] = 2; }},
           Case{SOTTO_INVALID_ADDRESS,
                [](auto& to) {
                  static constexpr std::uint8_t none[2] = {1, 0};
                  to.device_ids = none;
                }},
           Case{SOTTO_INVALID_KEY, [](auto& to) { to.identity_key.size = 32; }},
           Case{SOTTO_INVALID_ARGUMENT, [](auto& to) { to.device_ids = nullptr; }},
       }) {
    sotto_sealed_recipient to = to_ben();
    one.spoil(to);
    Room upload;
    EXPECT_EQ(seal_for({to}, upload), one.expected);
    EXPECT_TRUE(upload.is_untouched());
  }
}

TEST_F(ApiUpload, WrongExcludedOnesAreRefused) {
  excluded_[0] = 2;
  Room upload;
  EXPECT_EQ(seal_for({to_ben()}, upload), SOTTO_INVALID_ADDRESS);
  EXPECT_TRUE(upload.is_untouched());
}

TEST_F(ApiUpload, NobodyAtAllIsAnAudienceToo) {
  Room upload;
  ASSERT_EQ(seal_for({}, upload), SOTTO_OK);
  const Blob bytes = upload.taken();
  SentMessage sent;
  ASSERT_EQ(sotto_sent_message_parse(view(bytes), Out(sent)), SOTTO_OK);
  EXPECT_EQ(sotto_sent_message_recipient_count(sent.get()), 1u);  // the excluded one
}

TEST_F(ApiUpload, AKeptAgreementServesToo) {
  sotto_sealed_recipient to = to_ben();
  const Blob kept = agreement();
  to.agreement = view(kept);
  Room upload, received;
  ASSERT_EQ(seal_for({to}, upload), SOTTO_OK);
  const Blob bytes = upload.taken();
  SentMessage sent;
  ASSERT_EQ(sotto_sent_message_parse(view(bytes), Out(sent)), SOTTO_OK);
  ASSERT_EQ(sotto_sent_message_received_by(sent.get(), 0, received), SOTTO_OK);
  EXPECT_NE(open(received.taken()), nullptr);
  to.agreement.size = 31;
  EXPECT_EQ(seal_for({to}, upload), SOTTO_INVALID_ARGUMENT);
}

TEST_F(ApiUpload, TooSmallABufferSaysTheSizeAndFlagsNobody) {
  sotto_buffer question{};
  std::uint8_t left_out = 7;
  EXPECT_EQ(seal_for({to_ben()}, &question, &left_out), SOTTO_BUFFER_TOO_SMALL);
  EXPECT_EQ(left_out, 7);
  Room enough(question.size);
  EXPECT_EQ(seal_for({to_ben()}, enough, &left_out), SOTTO_OK);
}

}  // namespace
}  // namespace sotto::test

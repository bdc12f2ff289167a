#include <gtest/gtest.h>

#include <algorithm>

#include "api/device.hpp"

namespace sotto::test {
namespace {

constexpr std::uint64_t now_ms = 1'700'000'000'000, tomorrow_ms = now_ms + 86'400'000;

// Ana, with a certificate that Ben's trust root stands behind.
class ApiSealed : public testing::Test {
 protected:
  ApiSealed() : root_(new_key_pair()), server_(new_key_pair()), root_key_(public_key(root_)) {
    const Blob server_key = public_key(server_);
    Room certificate(SOTTO_CERTIFICATE_MAX_SIZE);
    EXPECT_EQ(sotto_server_certificate_issue(1, view(server_key), root_.get(), nullptr, certificate), SOTTO_OK);
    server_certificate_ = certificate.taken();
    certificate_ = certify(ana_account, 1);
  }
  Blob certify(const char* account, std::uint8_t device, const char* phone_number = nullptr) {
    const sotto_certified subject{account, device, view(pair_.ana.identity_key), phone_number};
    Room certificate(SOTTO_CERTIFICATE_MAX_SIZE);
    EXPECT_EQ(sotto_sender_certificate_issue(&subject, tomorrow_ms, view(server_certificate_), server_.get(), nullptr,
                                             certificate),
              SOTTO_OK);
    return certificate.taken();
  }
  Blob content(const Message& inside, const Blob& group_id = {}) {
    const sotto_sealed_content whole{inside.type, view(certificate_), view(inside.bytes), SOTTO_HINT_RESENDABLE,
                                     view(group_id)};
    Room bytes(inside.bytes.size() + certificate_.size() + group_id.size() + SOTTO_OVERHEAD);
    EXPECT_EQ(sotto_sealed_content_serialize(&whole, bytes), SOTTO_OK);
    return bytes.taken();
  }
  Blob seal(const Blob& inside, const Blob& agreement = {}) {
    Room message(inside.size() + SOTTO_OVERHEAD);
    EXPECT_EQ(sotto_seal(view(inside), pair_.ana.identity.get(), view(pair_.ben.identity_key), view(agreement), nullptr,
                         message),
              SOTTO_OK);
    return message.taken();
  }
  Opened open(const Blob& sealed) {
    Opened opened;
    EXPECT_EQ(sotto_open_sealed(view(sealed), pair_.ben.identity.get(), nullptr, 0, Out(opened)), SOTTO_OK);
    return opened;
  }
  sotto_reception reception() const {
    return {.trust_roots = root_key_.data(),
            .trust_root_count = 1,
            .known_servers = nullptr,
            .known_server_count = 0,
            .now_ms = now_ms,
            .local = pair_.ben.address(),
            .local_phone_number = nullptr};
  }
  sotto_status verify(const Opened& opened, const sotto_reception& by) {
    return sotto_opened_verify(opened.get(), &by);
  }
  Blob agreement() {
    Blob secret(SOTTO_SECRET_SIZE);
    EXPECT_EQ(sotto_agree(pair_.ana.identity.get(), view(pair_.ben.identity_key), secret.data()), SOTTO_OK);
    return secret;
  }

  Pair pair_;
  KeyPair root_, server_;
  Blob root_key_, server_certificate_, certificate_;
};

TEST_F(ApiSealed, BenReadsWhatAnaSealedAndWhoSheIs) {
  const Message inside = pair_.ana.send(pair_.ben, "hello");
  const Blob group_id = blob("group");
  const Opened opened = open(seal(content(inside, group_id)));
  ASSERT_EQ(verify(opened, reception()), SOTTO_OK);
  EXPECT_STREQ(sotto_opened_sender(opened.get()).name, ana_account);
  EXPECT_EQ(sotto_opened_sender(opened.get()).device_id, 1);
  EXPECT_EQ(sotto_opened_phone_number(opened.get()), nullptr);
  EXPECT_EQ(sotto_opened_expires_ms(opened.get()), tomorrow_ms);
  EXPECT_EQ(sotto_opened_type(opened.get()), SOTTO_MESSAGE_PREKEY);
  EXPECT_EQ(sotto_opened_hint(opened.get()), SOTTO_HINT_RESENDABLE);
  EXPECT_EQ(blob(sotto_opened_group_id(opened.get())), group_id);
  std::uint8_t key[SOTTO_PUBLIC_KEY_SIZE];
  sotto_opened_identity(opened.get(), key);
  EXPECT_EQ(blob(view(key)), pair_.ana.identity_key);
  Blob text;
  EXPECT_EQ(pair_.ben.receive(pair_.ana, {SOTTO_MESSAGE_PREKEY, blob(sotto_opened_message(opened.get()))}, text),
            SOTTO_OK);
  EXPECT_EQ(text, blob("hello"));
}

TEST_F(ApiSealed, EveryTypeComesThrough) {
  for (const auto type :
       {SOTTO_MESSAGE_SIGNAL, SOTTO_MESSAGE_PREKEY, SOTTO_MESSAGE_SENDER_KEY, SOTTO_MESSAGE_PLAINTEXT}) {
    EXPECT_EQ(sotto_opened_type(open(seal(content({type, blob("inside")}))).get()), type);
  }
}

TEST_F(ApiSealed, AKeptAgreementServesBothEnds) {
  const Blob sealed = seal(content({SOTTO_MESSAGE_SIGNAL, blob("x")}), agreement());
  sotto_known_agreement known{};
  std::ranges::copy(pair_.ana.identity_key, known.identity_key);
  std::ranges::copy(agreement(), known.secret);
  Opened opened;
  EXPECT_EQ(sotto_open_sealed(view(sealed), pair_.ben.identity.get(), &known, 1, Out(opened)), SOTTO_OK);
  known.secret[0] ^= 1;
  Opened not_opened;
  EXPECT_EQ(sotto_open_sealed(view(sealed), pair_.ben.identity.get(), &known, 1, Out(not_opened)),
            SOTTO_INVALID_MESSAGE);
  EXPECT_EQ(not_opened, nullptr);
}

TEST_F(ApiSealed, AForgedMessageIsNotOpened) {
  Blob sealed = seal(content({SOTTO_MESSAGE_SIGNAL, blob("x")}));
  sealed.back() ^= 1;
  Opened opened;
  EXPECT_EQ(sotto_open_sealed(view(sealed), pair_.ben.identity.get(), nullptr, 0, Out(opened)), SOTTO_INVALID_MESSAGE);
  EXPECT_EQ(opened, nullptr);
}

TEST_F(ApiSealed, ACertificateThatIsNotGoodNowIsRefused) {
  const Opened opened = open(seal(content({SOTTO_MESSAGE_SIGNAL, blob("x")})));
  sotto_reception late = reception();
  late.now_ms = tomorrow_ms + 1;
  EXPECT_EQ(verify(opened, late), SOTTO_INVALID_CERTIFICATE);
  sotto_reception no_root = reception();
  no_root.trust_root_count = 0;
  EXPECT_EQ(verify(opened, no_root), SOTTO_INVALID_CERTIFICATE);
  const Blob garbage = blob("no certificate");
  const sotto_view known = view(garbage);
  sotto_reception bad_server = reception();
  bad_server.known_servers = &known;
  bad_server.known_server_count = 1;
  EXPECT_EQ(verify(opened, bad_server), SOTTO_INVALID_CERTIFICATE);
  EXPECT_EQ(verify(opened, reception()), SOTTO_OK);
}

TEST_F(ApiSealed, ATrustRootThatIsNoKeyIsSaidSo) {
  root_key_[0] = 0x06;
  EXPECT_EQ(verify(open(seal(content({SOTTO_MESSAGE_SIGNAL, blob("x")}))), reception()), SOTTO_INVALID_KEY);
}

TEST_F(ApiSealed, OnesOwnMessageIsASelfSend) {
  const Opened opened = open(seal(content({SOTTO_MESSAGE_SIGNAL, blob("x")})));
  sotto_reception own = reception();
  own.local = pair_.ana.address();
  EXPECT_EQ(verify(opened, own), SOTTO_SELF_SEND);
}

TEST_F(ApiSealed, OnesOwnMessageIsKnownByThePhoneNumberToo) {
  certificate_ = certify(ana_account, 2, "+15550100");
  const Opened opened = open(seal(content({SOTTO_MESSAGE_SIGNAL, blob("x")})));
  EXPECT_STREQ(sotto_opened_phone_number(opened.get()), "+15550100");
  EXPECT_EQ(verify(opened, reception()), SOTTO_OK);
  sotto_reception own = reception();
  own.local_phone_number = "+15550100";
  EXPECT_EQ(verify(opened, own), SOTTO_SELF_SEND);
}

TEST_F(ApiSealed, OnlyTheNamedServerIssues) {
  const sotto_certified subject{ana_account, 1, view(pair_.ana.identity_key), nullptr};
  Room certificate;
  EXPECT_EQ(sotto_sender_certificate_issue(&subject, 0, view(server_certificate_), root_.get(), nullptr, certificate),
            SOTTO_INVALID_KEY);
  EXPECT_EQ(sotto_sender_certificate_issue(&subject, 0, {}, server_.get(), nullptr, certificate),
            SOTTO_INVALID_CERTIFICATE);
  const sotto_certified nobody{"ana", 1, view(pair_.ana.identity_key), nullptr};
  EXPECT_EQ(sotto_sender_certificate_issue(&nobody, 0, view(server_certificate_), server_.get(), nullptr, certificate),
            SOTTO_INVALID_ADDRESS);
  const sotto_certified keyless{ana_account, 1, {}, nullptr};
  EXPECT_EQ(sotto_sender_certificate_issue(&keyless, 0, view(server_certificate_), server_.get(), nullptr, certificate),
            SOTTO_INVALID_KEY);
  EXPECT_TRUE(certificate.is_untouched());
}

TEST_F(ApiSealed, ContentNeedsACertificate) {
  const Blob inside = blob("x");
  const sotto_sealed_content whole{SOTTO_MESSAGE_SIGNAL, {}, view(inside), 0, {}};
  Room bytes;
  EXPECT_EQ(sotto_sealed_content_serialize(&whole, bytes), SOTTO_INVALID_CERTIFICATE);
  const sotto_sealed_content untyped{static_cast<sotto_message_type>(1), view(certificate_), view(inside), 0, {}};
  EXPECT_EQ(sotto_sealed_content_serialize(&untyped, bytes), SOTTO_INVALID_ARGUMENT);
}

TEST_F(ApiSealed, SealingForNoKeyIsRefused) {
  Room message;
  EXPECT_EQ(sotto_seal({}, pair_.ana.identity.get(), {}, {}, nullptr, message), SOTTO_INVALID_KEY);
  const Blob short_agreement(31);
  EXPECT_EQ(
      sotto_seal({}, pair_.ana.identity.get(), view(pair_.ben.identity_key), view(short_agreement), nullptr, message),
      SOTTO_INVALID_ARGUMENT);
  EXPECT_TRUE(message.is_untouched());
}

class ApiUpload : public ApiSealed {
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
  hostile.identity_key = view(zero);
  Room upload;
  std::uint8_t left_out[2] = {7, 7};
  ASSERT_EQ(seal_for({hostile, to_ben()}, upload, left_out), SOTTO_OK);
  EXPECT_EQ(left_out[0], 1);
  EXPECT_EQ(left_out[1], 0);
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

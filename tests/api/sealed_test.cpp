#include <gtest/gtest.h>

#include <algorithm>

#include "api/sealing.hpp"

namespace sotto::test {
namespace {

using ApiSealed = Sealing;

// What holds for a message that arrived holds in both versions.
enum class Version { one, two };
class ApiOpened : public Sealing, public testing::WithParamInterface<Version> {
 protected:
  Opened arrived() {
    const Blob inside = content({SOTTO_MESSAGE_SENDER_KEY, blob("x")});
    if (GetParam() == Version::one) return open(seal(inside));
    const std::uint8_t device = 2;
    const std::uint32_t registration = 79;
    const sotto_sealed_recipient ben{{0, 0xBE}, &device, &registration, 1, view(pair_.ben.identity_key), {}};
    Room upload, received;
    EXPECT_EQ(
        sotto_seal_for_many(view(inside), pair_.ana.identity.get(), &ben, 1, nullptr, 0, nullptr, upload, nullptr),
        SOTTO_OK);
    const Blob bytes = upload.taken();
    SentMessage sent;
    EXPECT_EQ(sotto_sent_message_parse(view(bytes), Out(sent)), SOTTO_OK);
    EXPECT_EQ(sotto_sent_message_received_by(sent.get(), 0, received), SOTTO_OK);
    return open(received.taken());
  }
};
INSTANTIATE_TEST_SUITE_P(Version, ApiOpened, testing::Values(Version::one, Version::two),
                         [](const auto& version) { return version.param == Version::one ? "One" : "Two"; });

TEST_P(ApiOpened, IsBelievedUntilTheLastMillisecondOfItsCertificate) {
  const Opened opened = arrived();
  sotto_reception by = reception();
  by.now_ms = tomorrow_ms;
  EXPECT_EQ(verify(opened, by), SOTTO_OK);
  by.now_ms = tomorrow_ms + 1;
  EXPECT_EQ(verify(opened, by), SOTTO_INVALID_CERTIFICATE);
}

TEST_P(ApiOpened, IsBelievedUnderOneOfSeveralRootsAndNoOther) {
  const Opened opened = arrived();
  Blob roots = public_key(new_key_pair());
  sotto_reception by = reception();
  by.trust_roots = roots.data();
  EXPECT_EQ(verify(opened, by), SOTTO_INVALID_CERTIFICATE);
  roots.insert(roots.end(), root_key_.begin(), root_key_.end());
  by.trust_roots = roots.data();
  by.trust_root_count = 2;
  EXPECT_EQ(verify(opened, by), SOTTO_OK);
}

TEST_P(ApiOpened, IsASelfSendAtItsSender) {
  sotto_reception by = reception();
  by.local = pair_.ana.address();
  EXPECT_EQ(verify(arrived(), by), SOTTO_SELF_SEND);
  by.local.device_id = 3;  // another device of hers
  EXPECT_EQ(verify(arrived(), by), SOTTO_OK);
}

TEST_P(ApiOpened, SaysWhoCantBeTheReceiver) {
  sotto_reception by = reception();
  by.local.device_id = 0;
  EXPECT_EQ(verify(arrived(), by), SOTTO_INVALID_ADDRESS);
  by.local = {nullptr, 1};
  EXPECT_EQ(verify(arrived(), by), SOTTO_INVALID_ARGUMENT);
}

TEST_F(ApiSealed, ACertificateThatNamesItsServerByNumberNeedsTheTable) {
  Blob body{0x10, 0x01, 0x19};  // device 1, and when it expires
  for (int i = 0; i < 8; ++i) body.push_back(static_cast<std::uint8_t>(tomorrow_ms >> (8 * i)));
  const auto append = [](Blob& to, Blob head, const Blob& bytes) {
    head.push_back(static_cast<std::uint8_t>(bytes.size()));
    to.insert(to.end(), head.begin(), head.end());
    to.insert(to.end(), bytes.begin(), bytes.end());
  };
  append(body, {0x22}, pair_.ana.identity_key);
  append(body, {0x32}, blob(ana_account));
  body.insert(body.end(), {0x40, 0x01});  // the server certificate of number 1
  Blob signature(SOTTO_SIGNATURE_SIZE);
  ASSERT_EQ(sotto_sign(server_.get(), view(body), nullptr, signature.data()), SOTTO_OK);
  certificate_.clear();
  append(certificate_, {0x0A}, body);
  append(certificate_, {0x12}, signature);

  const Opened opened = open(seal(content({SOTTO_MESSAGE_SIGNAL, blob("x")})));
  EXPECT_EQ(verify(opened, reception()), SOTTO_INVALID_CERTIFICATE);
  const sotto_view known = view(server_certificate_);
  sotto_reception with_table = reception();
  with_table.known_servers = &known;
  with_table.known_server_count = 1;
  EXPECT_EQ(verify(opened, with_table), SOTTO_OK);
}

TEST_F(ApiSealed, OpeningRefusesByName) {
  const Blob sealed = seal(content({SOTTO_MESSAGE_SIGNAL, blob("x")}));
  const sotto_known_agreement none{};
  Opened opened;
  EXPECT_EQ(sotto_open_sealed(view(sealed), pair_.ben.identity.get(), &none, 1, Out(opened)), SOTTO_INVALID_KEY);
  EXPECT_EQ(sotto_open_sealed({}, pair_.ben.identity.get(), nullptr, 0, Out(opened)), SOTTO_INVALID_MESSAGE);
  EXPECT_EQ(sotto_open_sealed(view(sealed), pair_.ana.identity.get(), nullptr, 0, Out(opened)), SOTTO_INVALID_MESSAGE);
  EXPECT_EQ(opened, nullptr);
}

TEST_F(ApiSealed, ACertificateIsForAKeyAndADevice) {
  Room certificate;
  EXPECT_EQ(sotto_server_certificate_issue(1, {root_key_.data(), 32}, root_.get(), nullptr, certificate),
            SOTTO_INVALID_KEY);
  for (const auto device : {std::uint8_t{0}, std::uint8_t{128}}) {
    const sotto_certified subject{ana_account, device, view(pair_.ana.identity_key), nullptr};
    EXPECT_EQ(
        sotto_sender_certificate_issue(&subject, 0, view(server_certificate_), server_.get(), nullptr, certificate),
        SOTTO_INVALID_ADDRESS);
  }
  EXPECT_TRUE(certificate.is_untouched());
}

TEST_F(ApiSealed, SealingForAKeyOfSmallOrderIsRefused) {
  Blob zero(SOTTO_PUBLIC_KEY_SIZE);
  zero[0] = 0x05;
  Room message;
  EXPECT_EQ(sotto_seal({}, pair_.ana.identity.get(), view(zero), {}, nullptr, message), SOTTO_INVALID_KEY);
  EXPECT_TRUE(message.is_untouched());
}

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

}  // namespace
}  // namespace sotto::test

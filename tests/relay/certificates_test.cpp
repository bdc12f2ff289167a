#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/uuid.hpp"
#include "relay/protobuf.hpp"
#include "relay/sender_certificate.hpp"
#include "support/seeded_random.hpp"
#include "support/vectors.hpp"

namespace sotto::relay {
namespace {

constexpr const char* account = "9d0652a3-dcc3-8d11-975f-74d61598733f";

class Certificates : public testing::Test {
 protected:
  test::SeededRandom random_{5};
  crypto::KeyPair root_ = crypto::KeyPair::generate(random_), device_ = crypto::KeyPair::generate(random_);
  ServerCertificate server_ = ServerCertificate::issue(3, device_.public_key, root_.private_key, random_);
  SenderCertificate sender_ =
      SenderCertificate::issue({account, 3, device_.public_key}, 1'000, server_, device_.private_key, random_);

  // A body as somebody else may write it, signed all the same.
  SenderCertificate::Subject subject_{account, 3, device_.public_key};
  base::Blob signed_by_device(const base::Blob& body) {
    base::Blob bytes;
    FieldWriter write(bytes);
    write.bytes(1, body);
    write.bytes(2, crypto::sign(device_.private_key, body, random_));
    return bytes;
  }
  Result<SenderCertificate> parse_general(const base::Blob& body) {
    return SenderCertificate::parse(signed_by_device(body));
  }
  Result<SenderCertificate> parse_signed(const base::Blob& body) {
    return SenderCertificate::parse_in_profile(signed_by_device(body));
  }
};

TEST_F(Certificates, ComeBackAsIssuedAndAreSignedUnderTheirRoot) {
  const auto parsed = SenderCertificate::parse(sender_.serialize());
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->account, account);
  EXPECT_EQ(parsed->device, 3);
  EXPECT_EQ(parsed->expires_ms, 1'000u);
  EXPECT_EQ(parsed->identity_key, device_.public_key);
  EXPECT_EQ(parsed->server({})->id, 3u);
  const auto stranger = crypto::KeyPair::generate(random_).public_key;
  EXPECT_TRUE(parsed->is_signed_under(std::array{stranger, root_.public_key}));
  EXPECT_FALSE(parsed->is_signed_under(std::array{stranger}));
  EXPECT_FALSE(parsed->is_signed_under({}));
}

TEST_F(Certificates, ExpireAfterTheirLastMillisecond) {
  EXPECT_FALSE(sender_.is_expired(1'000));
  EXPECT_TRUE(sender_.is_expired(1'001));
}

TEST_F(Certificates, OfAnotherServerKeyAreNotSigned) {
  const auto other = crypto::KeyPair::generate(random_);
  const auto forged = SenderCertificate::issue(subject_, 1'000, server_, other.private_key, random_);
  EXPECT_FALSE(forged.is_signed_under(std::array{root_.public_key}));
}

TEST_F(Certificates, NeedEveryPart) {
  for (std::uint32_t missing = 2; missing <= 6; ++missing) {
    SCOPED_TRACE(missing);
    base::Blob body;
    FieldWriter write(body);
    if (missing != 2) write.uint64(2, 3);
    if (missing != 3) write.fixed64(3, 1'000);
    if (missing != 4) write.bytes(4, device_.public_key.serialize());
    if (missing != 5) write.bytes(5, server_.serialize());
    if (missing != 6) write.bytes(6, base::view(account));
    EXPECT_EQ(parse_signed(body).error(), Error::invalid_protobuf);
  }
}

TEST_F(Certificates, RefuseWhatIsOutsideOurProfile) {
  for (const std::uint32_t field : {1u, 7u}) {
    base::Blob body = sender_.certificate;
    FieldWriter(body).bytes(field, base::Blob(16));
    EXPECT_EQ(parse_signed(body).error(), Error::outside_profile);
  }
  base::Blob body = sender_.certificate;
  FieldWriter(body).uint64(8, 3);
  EXPECT_EQ(parse_signed(body).error(), Error::outside_profile);
  const SenderCertificate upper_case = SenderCertificate::issue(
      {"9D0652A3-DCC3-8D11-975F-74D61598733F", 3, device_.public_key}, 1'000, server_, device_.private_key, random_);
  EXPECT_EQ(parse_signed(upper_case.certificate).error(), Error::outside_profile);
  EXPECT_TRUE(SenderCertificate::parse(upper_case.serialize()));
  EXPECT_EQ(SenderCertificate::parse(upper_case.serialize())->account, upper_case.account);  // as issued
}

TEST_F(Certificates, TakeTheLastOfTwoThatExcludeEachOther) {
  const base::Uuid uuid{{1, 2, 3}};
  base::Blob body = sender_.certificate;
  FieldWriter(body).bytes(7, uuid.bytes);
  FieldWriter(body).uint64(8, 3);
  EXPECT_EQ(parse_general(body)->account, base::to_text(uuid));
  EXPECT_EQ(parse_general(body)->server({}), nullptr);
  EXPECT_EQ(parse_general(body)->server(std::array{server_})->id, 3u);
  FieldWriter(body).bytes(5, server_.serialize());
  FieldWriter(body).bytes(6, base::view(account));
  EXPECT_EQ(parse_general(body)->account, account);
  EXPECT_NE(parse_general(body)->server({}), nullptr);
  FieldWriter(body).bytes(7, base::Blob(15));  // nor does an earlier one stand in for a bad one
  EXPECT_EQ(parse_general(body).error(), Error::invalid_protobuf);
}

TEST_F(Certificates, OfARevokedServerCountForNothing) {
  const auto revoked = ServerCertificate::issue(revoked_server_id, device_.public_key, root_.private_key, random_);
  const auto issued = SenderCertificate::issue(subject_, 1'000, revoked, device_.private_key, random_);
  EXPECT_TRUE(revoked.is_signed_by(root_.public_key));
  EXPECT_FALSE(issued.is_signed_under(std::array{root_.public_key}));
}

TEST_F(Certificates, CarryAPhoneNumberIfTheyAreIssuedWithOne) {
  subject_.phone_number = "+14151111111";
  const auto issued = SenderCertificate::issue(subject_, 1'000, server_, device_.private_key, random_);
  const auto parsed = SenderCertificate::parse(issued.serialize());
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->phone_number, "+14151111111");
  EXPECT_TRUE(parsed->is_signed_under(std::array{root_.public_key}));
}

TEST(RecordedCertificates, AreJudgedAsRecorded) {
  const auto content = test::vectors("signal/sealed_sender_v1.json");
  const std::array known{*ServerCertificate::parse(test::hex(content, "well_known_test_server_certificate"))};
  const auto& cases = content.at("certificates").as_array();
  for (const auto& one : cases) {
    SCOPED_TRACE(test::text(one, "note"));
    const base::Blob bytes = test::hex(one, "certificate");
    const auto parsed = SenderCertificate::parse(bytes);
    ASSERT_EQ(!parsed.has_value(), test::text(one, "result") == "parse error");
    if (!parsed) {
      EXPECT_EQ(parsed.error(), Error::invalid_protobuf);
      continue;
    }
    const std::array roots{*crypto::PublicKey::parse(test::hex(one, "trust_root"))};
    const bool is_valid = parsed->is_signed_under(roots, known) && !parsed->is_expired(test::number(one, "time"));
    EXPECT_EQ(is_valid, test::text(one, "result") == "valid");
    EXPECT_EQ(parsed->account, test::text(one, "sender_uuid"));
    EXPECT_EQ(parsed->phone_number.value_or(""), test::text(one, "sender_e164"));
    EXPECT_EQ(parsed->device, test::number(one, "sender_device"));
    EXPECT_EQ(parsed->identity_key, *crypto::PublicKey::parse(test::hex(one, "identity_key")));
    EXPECT_EQ(parsed->expires_ms, test::number(one, "expires"));
    EXPECT_EQ(parsed->serialize(), bytes);
  }
  test::expect_cases("sealed_sender_v1 certificates", cases.size(), 14);
}

TEST(RecordedCertificates, OfKnownServersAreNothingWithoutTheTable) {
  const auto content = test::vectors("signal/sealed_sender_v1.json");
  std::size_t cases = 0;
  for (const auto& one : content.at("certificates").as_array()) {
    const auto parsed = SenderCertificate::parse(test::hex(one, "certificate"));
    if (!parsed || parsed->server({}) != nullptr) continue;
    EXPECT_FALSE(parsed->is_signed_under(std::array{*crypto::PublicKey::parse(test::hex(one, "trust_root"))}));
    ++cases;
  }
  EXPECT_EQ(cases, 2u);
}

TEST_F(Certificates, RefuseDevicesOutOfRangeAndAccountsThatAreNone) {
  for (const std::uint64_t device : {0u, 128u, 259u}) {
    base::Blob body = sender_.certificate;
    FieldWriter(body).uint64(2, device);  // the last one counts
    EXPECT_EQ(parse_signed(body).error(), Error::invalid_protobuf);
  }
  base::Blob body = sender_.certificate;
  FieldWriter(body).bytes(6, base::view("somebody"));
  EXPECT_EQ(parse_signed(body).error(), Error::invalid_protobuf);
}

TEST_F(Certificates, WithAChangedBitAreRefusedOrUnsigned) {
  const base::Blob bytes = sender_.serialize();
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    base::Blob forged = bytes;
    forged[bit / 8] = static_cast<std::uint8_t>(forged[bit / 8] ^ (1u << bit % 8));
    const auto parsed = SenderCertificate::parse(forged);
    EXPECT_FALSE(parsed && parsed->is_signed_under(std::array{root_.public_key})) << bit;
  }
}

RC_GTEST_PROP(ServerCertificates, AreReadOnlyIfWhole, (std::uint64_t seed)) {
  test::SeededRandom random(seed);
  const auto root = crypto::KeyPair::generate(random);
  const base::Blob bytes = ServerCertificate::issue(7, root.public_key, root.private_key, random).serialize();
  RC_ASSERT(ServerCertificate::parse(bytes)->is_signed_by(root.public_key));
  RC_ASSERT(!ServerCertificate::parse(base::View(bytes).first(*rc::gen::inRange<std::size_t>(0, bytes.size()))));
}

}  // namespace
}  // namespace sotto::relay

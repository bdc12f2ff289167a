#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "relay/protobuf.hpp"
#include "relay/sender_certificate.hpp"
#include "support/seeded_random.hpp"

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
  Result<SenderCertificate> parse_signed(const base::Blob& body) {
    base::Blob bytes;
    FieldWriter write(bytes);
    write.bytes(1, body);
    write.bytes(2, crypto::sign(device_.private_key, body, random_));
    return SenderCertificate::parse(bytes);
  }
};

TEST_F(Certificates, ComeBackAsIssuedAndAreSignedUnderTheirRoot) {
  const auto parsed = SenderCertificate::parse(sender_.serialize());
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->account, account);
  EXPECT_EQ(parsed->device, 3);
  EXPECT_EQ(parsed->expires_ms, 1'000u);
  EXPECT_EQ(parsed->identity_key, device_.public_key);
  EXPECT_EQ(parsed->server.id, 3u);
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

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "protocol/sealed/decrypt.hpp"
#include "protocol/sealed/open.hpp"
#include "protocol/sealed/seal.hpp"
#include "protocol/sealed/seal_for_many.hpp"
#include "protocol/sealed/version_1.hpp"
#include "relay/protobuf.hpp"
#include "relay/sent_message.hpp"
#include "support/seeded_random.hpp"

namespace sotto::protocol {
namespace {

constexpr const char* ana = "9d0652a3-dcc3-4d11-975f-74d61598733f";
constexpr const char* bob = "796abedb-ca4e-4f18-8803-1fde5b921f9f";
const crypto::PublicKey small_order(base::Bytes<32>{});  // every agreement with it is zero

struct Town {
  test::SeededRandom random{11};
  crypto::KeyPair root = crypto::KeyPair::generate(random), server = crypto::KeyPair::generate(random);
  crypto::KeyPair sender = crypto::KeyPair::generate(random), recipient = crypto::KeyPair::generate(random);
  relay::ServerCertificate server_certificate =
      relay::ServerCertificate::issue(1, server.public_key, root.private_key, random);

  relay::SenderCertificate certificate(const crypto::PublicKey& identity) {
    return relay::SenderCertificate::issue({ana, 1, identity}, 1'000, server_certificate, server.private_key, random);
  }
  UnidentifiedSenderMessageContent content(base::Blob message = {1, 2, 3}) {
    return {.type = ContentType::sender_key,
            .sender = certificate(sender.public_key),
            .content = std::move(message),
            .hint = resendable,
            .group_id = {7}};
  }
  base::Blob sealed(int version, const base::Blob& bytes) {
    if (version == 1) return *seal(bytes, sender, recipient.public_key, random);
    const std::array recipients{
        SealedRecipient{*ServiceId::parse(bob), {{DeviceId(1), RegistrationId(2)}}, recipient.public_key}};
    const auto sent = relay::SentMessage::parse(seal_for_many(bytes, sender, {recipients}, random)->message);
    return sent->received_by(sent->recipients[0]);
  }
};

class Sealed : public testing::TestWithParam<int>, protected Town {};
INSTANTIATE_TEST_SUITE_P(Versions, Sealed, testing::Values(1, 2),
                         [](const auto& one) { return "Version" + std::to_string(one.param); });

TEST_P(Sealed, OpensToWhatWasSealed) {
  const auto opened = open_sealed(sealed(GetParam(), content().serialize()), recipient);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->content, (base::Blob{1, 2, 3}));
  EXPECT_EQ(opened->hint, resendable);
  EXPECT_EQ(opened->group_id, base::Blob{7});
  EXPECT_EQ(opened->sender.identity_key, sender.public_key);
}

TEST_P(Sealed, IsDifferentEachTime) {
  const base::Blob bytes = content().serialize();
  EXPECT_NE(sealed(GetParam(), bytes), sealed(GetParam(), bytes));
}

TEST_P(Sealed, IsRefusedWithAnyFlippedBit) {
  const base::Blob whole = sealed(GetParam(), content().serialize());
  for (std::size_t bit = 8; bit < whole.size() * 8; bit += 1 + bit / 256) {  // byte 0 only chooses the version
    base::Blob forged = whole;
    forged[bit / 8] = static_cast<std::uint8_t>(forged[bit / 8] ^ (1u << bit % 8));
    const auto opened = open_sealed(forged, recipient);
    EXPECT_FALSE(opened.has_value()) << bit;
  }
  EXPECT_TRUE(open_sealed(whole, recipient));
}

TEST_P(Sealed, IsRefusedWhenCutShort) {
  const base::Blob whole = sealed(GetParam(), content().serialize());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(open_sealed(base::View(whole).first(size), recipient).error(), Error::invalid_message) << size;
  }
}

TEST_P(Sealed, IsRefusedWithSomebodyElsesCertificate) {
  auto borrowed = content();
  borrowed.sender = certificate(crypto::KeyPair::generate(random).public_key);
  EXPECT_EQ(open_sealed(sealed(GetParam(), borrowed.serialize()), recipient).error(), Error::invalid_message);
}

TEST_P(Sealed, IsRefusedWhenTheInsideIsNoContent) {
  for (const base::Blob& inside : {base::Blob{}, base::Blob{0xFF}, base::Blob(100, 1)}) {
    EXPECT_EQ(open_sealed(sealed(GetParam(), inside), recipient).error(), Error::invalid_message);
  }
}

TEST_P(Sealed, WithAWrongKeptAgreementIsRefused) {
  const auto wrong = *crypto::agree(recipient.private_key, server.public_key);
  const KnownAgreements known = [&](const crypto::PublicKey&) { return &wrong; };
  EXPECT_EQ(open_sealed(sealed(GetParam(), content().serialize()), recipient, known).error(), Error::invalid_message);
}

TEST_P(Sealed, IsTheSameWithAKeptAgreement) {
  const auto kept = *crypto::agree(sender.private_key, recipient.public_key);
  const KnownAgreements known = [&](const crypto::PublicKey& remote) {
    return remote == recipient.public_key ? &kept : nullptr;
  };
  const base::Blob bytes = content().serialize();
  test::SeededRandom once(5), again(5);
  if (GetParam() == 1) {
    EXPECT_EQ(*seal(bytes, sender, recipient.public_key, once),
              *seal(bytes, sender, recipient.public_key, again, known));
  } else {
    const std::array recipients{
        SealedRecipient{*ServiceId::parse(bob), {{DeviceId(1), RegistrationId(2)}}, recipient.public_key}};
    EXPECT_EQ(seal_for_many(bytes, sender, {recipients}, once)->message,
              seal_for_many(bytes, sender, {recipients}, again, known)->message);
  }
}

TEST(SealedForOne, NeedsAKeyThatAgrees) {
  Town town;
  EXPECT_EQ(seal({}, town.sender, small_order, town.random).error(), Error::invalid_key);
}

// The sealed key may be followed by more bytes and still parse; it is then no longer what the certificate says.
TEST(SealedForOne, WithALongerStaticKeyIsRefused) {
  Town town;
  const auto message_with = [&](const base::Blob& static_key) {
    const auto ephemeral = crypto::KeyPair::generate(town.random);
    const auto outer = sealed_v1::outer_keys(*crypto::agree(ephemeral.private_key, town.recipient.public_key),
                                             town.recipient.public_key, ephemeral.public_key);
    const base::Blob encrypted = sealed_v1::seal_layer(outer, static_key);
    const auto inner = sealed_v1::inner_keys(*crypto::agree(town.sender.private_key, town.recipient.public_key),
                                             outer.chain, encrypted);
    base::Blob bytes{0x11};
    relay::FieldWriter write(bytes);
    write.bytes(1, ephemeral.public_key.serialize());
    write.bytes(2, encrypted);
    write.bytes(3, sealed_v1::seal_layer(inner, town.content().serialize()));
    return bytes;
  };
  const base::Blob key = base::blob(town.sender.public_key.serialize());
  EXPECT_TRUE(open_sealed(message_with(key), town.recipient));
  EXPECT_EQ(open_sealed(message_with(base::concat({key, base::Blob(1)})), town.recipient).error(),
            Error::invalid_message);
}

TEST(SealedMessages, OfUnknownVersionsAreRefused) {
  Town town;
  for (unsigned first = 0x30; first <= 0xFF; ++first) {
    base::Blob bytes = town.sealed(2, town.content().serialize());
    bytes[0] = static_cast<std::uint8_t>(first);
    EXPECT_EQ(open_sealed(bytes, town.recipient).error(), Error::invalid_message);
  }
  EXPECT_EQ(open_sealed({}, town.recipient).error(), Error::invalid_message);
}

class SealedForManyTest : public testing::Test, protected Town {
 protected:
  SealedRecipient entry(std::uint8_t number, const crypto::PublicKey& key) {
    return {ServiceId{ServiceId::Kind::aci, {{number}}}, {{DeviceId(number), RegistrationId(number)}}, key};
  }
};

TEST_F(SealedForManyTest, LeavesOutAndReportsARecipientWhoseKeyAgreesToZero) {
  const auto third = crypto::KeyPair::generate(random);
  const std::array recipients{entry(1, recipient.public_key), entry(2, small_order), entry(3, third.public_key),
                              entry(4, small_order)};
  const auto made = seal_for_many(content().serialize(), sender, {recipients}, random);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->left_out, (std::vector<std::size_t>{1, 3}));
  const auto sent = relay::SentMessage::parse(made->message);
  ASSERT_TRUE(sent);
  ASSERT_EQ(sent->recipients.size(), 2u);
  EXPECT_TRUE(open_sealed(sent->received_by(sent->recipients[0]), recipient));
  EXPECT_TRUE(open_sealed(sent->received_by(sent->recipients[1]), third));
  EXPECT_FALSE(open_sealed(sent->received_by(sent->recipients[1]), recipient));
}

TEST_F(SealedForManyTest, NeedsRegistrationIdsOf14Bits) {
  auto one = entry(1, recipient.public_key);
  one.devices = {{DeviceId(1), RegistrationId(0)}, {DeviceId(127), RegistrationId(0x3FFF)}};
  EXPECT_TRUE(seal_for_many({}, sender, {std::array{one}}, random));
  one.devices.push_back({DeviceId(2), RegistrationId(0x4000)});
  EXPECT_EQ(seal_for_many({}, sender, {std::array{one}}, random).error(), Error::invalid_session);
  one.devices.clear();
  EXPECT_EQ(seal_for_many({}, sender, {std::array{one}}, random).error(), Error::no_session);
}

TEST_F(SealedForManyTest, MayHaveNobody) {
  const auto made = seal_for_many(content().serialize(), sender, {}, random);
  ASSERT_TRUE(made);
  const auto sent = relay::SentMessage::parse(made->message);
  ASSERT_TRUE(sent);
  EXPECT_TRUE(sent->recipients.empty());
}

TEST_F(SealedForManyTest, CountsManyRecipients) {
  std::vector<SealedRecipient> recipients;
  for (std::uint8_t i = 0; i < 130; ++i) {  // the count takes two bytes
    recipients.push_back(
        {ServiceId{ServiceId::Kind::aci, {{1, i}}}, {{DeviceId(1), RegistrationId(i)}}, recipient.public_key});
  }
  const auto sent =
      relay::SentMessage::parse(seal_for_many(content().serialize(), sender, {recipients}, random)->message);
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->entries, 130u);
  EXPECT_TRUE(open_sealed(sent->received_by(sent->recipients[129]), recipient));
}

TEST_F(SealedForManyTest, JoinsConsecutivePeersOfOneNameOnly) {
  const Address first{bob, DeviceId(1)}, second{bob, DeviceId(2)}, other{ana, DeviceId(3)},
      nobody{"nobody", DeviceId(1)};
  const crypto::PublicKey& key = recipient.public_key;
  const RegistrationId id(1);
  const std::array in_a_row{SealedPeer{first, id, key}, SealedPeer{second, id, key}, SealedPeer{other, id, key}};
  ASSERT_EQ(recipients_of(in_a_row)->size(), 2u);
  EXPECT_EQ((*recipients_of(in_a_row))[0].devices.size(), 2u);
  const std::array apart{SealedPeer{first, id, key}, SealedPeer{other, id, key}, SealedPeer{second, id, key}};
  EXPECT_EQ(recipients_of(apart)->size(), 3u);
  EXPECT_EQ(recipients_of(std::array{SealedPeer{nobody, id, key}}).error(), Error::invalid_address);
}

class Verification : public testing::Test, protected Town {
 protected:
  Result<VerifiedContent> verify(UnidentifiedSenderMessageContent content) {
    return VerifiedContent::verify(std::move(content), {.trust_roots = roots, .now_ms = now_ms, .local = local});
  }
  std::vector<crypto::PublicKey> roots{root.public_key};
  std::uint64_t now_ms = 1'000;
  Address local{bob, DeviceId(1)};
};

TEST_F(Verification, NamesTheSenderOfAGoodCertificateUntilItsLastMillisecond) {
  const auto verified = verify(content());
  ASSERT_TRUE(verified);
  EXPECT_EQ(verified->sender(), (Address{ana, DeviceId(1)}));
  now_ms = 1'001;
  EXPECT_EQ(verify(content()).error(), Error::invalid_certificate);
}

TEST_F(Verification, AsksForACertificateBeforeItAsksWhoseItIs) {
  local = {ana, DeviceId(1)};
  EXPECT_EQ(verify(content()).error(), Error::self_send);
  roots = {server.public_key};
  EXPECT_EQ(verify(content()).error(), Error::invalid_certificate);
}

TEST_F(Verification, TakesAnotherDeviceOfTheSameAccount) {
  local = {ana, DeviceId(2)};
  EXPECT_TRUE(verify(content()));
}

TEST_F(Verification, OfAnUnknownServerNumberFails) {
  auto by_number = content();
  by_number.sender.signer = 77u;
  EXPECT_EQ(verify(by_number).error(), Error::invalid_certificate);
}

RC_GTEST_PROP(UnidentifiedContent, ComesBackAsItWasWritten,
              (const base::Blob& message, const base::Blob& group, std::uint32_t hint)) {
  Town town;
  auto content = town.content(message);
  content.type =
      *rc::gen::element(ContentType::signal, ContentType::prekey, ContentType::sender_key, ContentType::plaintext);
  content.hint = ContentHint(hint);
  content.group_id = group;
  const base::Blob bytes = content.serialize();
  const auto again = UnidentifiedSenderMessageContent::parse(bytes);
  RC_ASSERT(again);
  RC_ASSERT(again->type == content.type && again->content == message);
  RC_ASSERT(again->group_id == group && again->hint == content.hint);
  RC_ASSERT(again->serialize() == bytes);
}

TEST(UnidentifiedContent, NeedsItsThreePartsAndAKnownType) {
  Town town;
  for (std::uint32_t missing = 1; missing <= 3; ++missing) {
    base::Blob bytes;
    relay::FieldWriter write(bytes);
    if (missing != 1) write.uint64(1, 7);
    if (missing != 2) write.bytes(2, town.certificate(town.sender.public_key).serialize());
    if (missing != 3) write.bytes(3, base::Blob{1});
    EXPECT_EQ(UnidentifiedSenderMessageContent::parse(bytes).error(), Error::invalid_message);
  }
  for (const std::uint64_t type : {0u, 3u, 4u, 5u, 6u, 9u}) {
    base::Blob bytes = town.content().serialize();
    relay::FieldWriter(bytes).uint64(1, type);
    EXPECT_EQ(UnidentifiedSenderMessageContent::parse(bytes).error(), Error::invalid_message);
  }
}

RC_GTEST_PROP(Opening, NeverTakesRubbishForAMessage, (std::uint8_t first, base::Blob bytes)) {
  Town town;
  bytes.insert(bytes.begin(), first);
  RC_ASSERT(!open_sealed(bytes, town.recipient));
}

}  // namespace
}  // namespace sotto::protocol

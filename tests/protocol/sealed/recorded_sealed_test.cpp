// Sealed messages that the official package made, and what it made of changed ones.
#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "protocol/recorded_bob.hpp"
#include "protocol/sealed/decrypt.hpp"
#include "protocol/sealed/open.hpp"
#include "protocol/sealed/seal.hpp"
#include "protocol/sealed/seal_for_many.hpp"
#include "protocol/sealed/version_2.hpp"
#include "relay/sent_message.hpp"
#include "support/seeded_random.hpp"

namespace sotto::protocol {
namespace {

using boost::json::value;
using test::hex;

crypto::KeyPair key_pair(const value& content, std::string_view member) {
  return crypto::KeyPair(*crypto::PrivateKey::parse(hex(content, member)));
}

void expect_content(const UnidentifiedSenderMessageContent& content, const value& recorded) {
  EXPECT_EQ(static_cast<std::uint64_t>(content.type), test::number(recorded, "type"));
  EXPECT_EQ(content.hint.value, test::number(recorded, "content_hint"));
  EXPECT_EQ(base::to_hex(content.group_id), test::text(recorded, "group_id"));
  EXPECT_EQ(content.content, hex(recorded, "content"));
  EXPECT_EQ(content.sender.serialize(), hex(recorded, "sender_certificate"));
  EXPECT_EQ(content.serialize(), hex(recorded, "serialized"));
}

class RecordedSealed : public testing::TestWithParam<const char*> {
 protected:
  const value content_ = test::vectors(GetParam());
  const crypto::KeyPair bob_ = key_pair(content_, "recipient_identity_private");
  test::SeededRandom random_{1};
};

INSTANTIATE_TEST_SUITE_P(Versions, RecordedSealed,
                         testing::Values("signal/sealed_sender_v1.json", "signal/sealed_sender_v2.json"),
                         [](const auto& one) { return std::string(one.param).substr(7, 16); });

TEST_P(RecordedSealed, AreOpenedAsRecorded) {
  const auto other = key_pair(test::vectors("signal/sealed_sender_v2.json"), "other_recipient_identity_private");
  const auto& cases = content_.at("open_to_usmc").as_array();
  for (const value& one : cases) {
    SCOPED_TRACE(test::text(one, "note"));
    const auto opened = open_sealed(hex(one, "message"), test::text(one, "recipient") == "bob" ? bob_ : other);
    ASSERT_EQ(opened.has_value(), test::text(one, "expect") == "accept");
    if (opened) {
      expect_content(*opened, one.at("usmc"));
    } else {
      const bool is_zero = test::text(one, "reason") == "all-zero shared secret";
      EXPECT_EQ(opened.error(), is_zero ? Error::invalid_key : Error::invalid_message);
    }
  }
  test::expect_cases(std::string(GetParam()) + " open_to_usmc", cases.size(), 16);
}

TEST_P(RecordedSealed, AreOpenedWithAKeptAgreementToo) {
  const auto sender = *crypto::PublicKey::parse(hex(content_, "sender_identity_public"));
  const auto kept = *crypto::agree(bob_.private_key, sender);
  int asked = 0;
  const KnownAgreements known = [&](const crypto::PublicKey& remote) {
    ++asked;
    return remote == sender ? &kept : nullptr;
  };
  for (const value& one : content_.at("open_to_usmc").as_array()) {
    if (test::text(one, "expect") != "accept") continue;
    const auto opened = open_sealed(hex(one, "message"), bob_, known);
    ASSERT_TRUE(opened);
    expect_content(*opened, one.at("usmc"));
  }
  EXPECT_GT(asked, 0);
}

TEST(RecordedSealedMessages, AreDecryptedAsRecorded) {
  const value content = test::vectors("signal/sealed_sender_v1.json");
  const test::RecordedBob bob;
  const Trust everyone = [](const Address&, const crypto::PublicKey&, Use) { return true; };
  test::SeededRandom random(1);
  Record record;
  const auto decrypt_one = [&](const value& one, const Address& local) -> Result<Decrypted> {
    const std::array roots{*crypto::PublicKey::parse(hex(one, "trust_root"))};
    Reception reception{.trust_roots = roots, .now_ms = test::number(one, "time"), .local = local};
    if (test::has(one, "local_e164")) reception.local_phone_number = test::text(one, "local_e164");
    TRY(auto opened, open_sealed(hex(one, "message"), bob.identity));
    TRY(const VerifiedContent sealed, VerifiedContent::verify(std::move(opened), reception));
    if (test::has(one, "sender_device")) {
      EXPECT_EQ(sealed.sender().name, test::text(one, "sender_uuid"));
      EXPECT_EQ(sealed.sender().device.value, test::number(one, "sender_device"));
      EXPECT_EQ(sealed.content().sender.phone_number, test::text(one, "sender_e164"));
    }
    return decrypt_sealed(record, sealed, bob,
                          {.identity = bob.identity,
                           .registration_id = bob.registration_id,
                           .local = local,
                           .remote = sealed.sender(),
                           .trust = everyone,
                           .now_ms = reception.now_ms,
                           .random = random});
  };
  const auto error_of = [](const std::string& reason) {
    if (reason == "certificate") return Error::invalid_certificate;
    if (reason == "self send") return Error::self_send;
    return reason == "duplicate" ? Error::duplicate_message : Error::invalid_message;
  };

  const auto& cases = content.at("decrypt_message").as_array();
  for (const value& one : cases) {
    SCOPED_TRACE(test::text(one, "note"));
    const Address local{test::text(one, "local_uuid"),
                        DeviceId(static_cast<std::uint8_t>(test::number(one, "local_device")))};
    const base::SecretBlob before = record.serialize();
    auto decrypted = decrypt_one(one, local);
    ASSERT_EQ(decrypted.has_value(), test::text(one, "expect") == "accept");
    if (decrypted) {
      EXPECT_EQ(decrypted->plaintext, hex(one, "plaintext"));
      record = std::move(decrypted->record);
    } else {
      EXPECT_EQ(decrypted.error(), error_of(test::text(one, "reason")));
      EXPECT_TRUE(base::same(record.serialize().expose(), before.expose()));
    }
  }
  test::expect_cases("sealed_sender_v1 decrypt_message", cases.size(), 8);
}

// What we seal from the recorded content opens to it again, by the opener that the cases above hold to the recording.
TEST_P(RecordedSealed, ContentIsSealedAndOpensToItself) {
  const crypto::KeyPair sender = key_pair(content_, "sender_identity_private");
  std::size_t cases = 0;
  for (const value& one : content_.at("open_to_usmc").as_array()) {
    if (test::text(one, "expect") != "accept") continue;
    SCOPED_TRACE(test::text(one, "note"));
    const base::Blob content = hex(one.at("usmc"), "serialized");
    const auto to_one = seal(content, sender, bob_.public_key, random_);
    ASSERT_TRUE(to_one);
    EXPECT_EQ((*to_one)[0], 0x11);
    EXPECT_EQ(to_one->size(), content.size() + 94 + (content.size() + 10 > 16'383 ? 1 : 0));
    const auto opened = open_sealed(*to_one, bob_);
    ASSERT_TRUE(opened);
    expect_content(*opened, one.at("usmc"));
    ++cases;
  }
  EXPECT_GE(cases, 3u);
}

// M, which the sender drew and only recipients can find: all that is random in a sent form.
base::Blob drawn_secret(const relay::SentMessage& sent, const crypto::KeyPair& recipient) {
  const auto mine = std::ranges::find_if(sent.recipients, [&](const auto& one) {
    return !one.is_excluded() && open_sealed(sent.received_by(one), recipient);
  });
  if (mine == sent.recipients.end()) return {};
  const base::View shared(sent.shared);
  const crypto::PublicKey ephemeral(*base::fixed<32>(shared.first(32)));
  const auto masked = *base::fixed<32>(base::View(mine->key_and_tag).first(32));
  const auto agreed = crypto::agree(recipient.private_key, ephemeral);
  return base::blob(sealed_v2::unmask(masked, *agreed, {ephemeral, recipient.public_key}).expose());
}

class RecordedSentForms : public testing::Test {
 protected:
  std::vector<Address> addresses(const value& one) const {
    std::vector<Address> read;
    for (const value& each : one.at("recipients").as_array()) {
      const std::string whole(each.as_string());
      const auto dot = whole.rfind('.');
      read.push_back({whole.substr(0, dot), *parse_device_id(std::stoul(whole.substr(dot + 1)))});
    }
    return read;
  }
  SealedPeer peer(const Address& address) const {
    const std::string whole = address.name + "." + std::to_string(address.device.value);
    const auto id = static_cast<std::uint32_t>(test::number(content_.at("registration_ids"), whole));
    const bool is_other = address.name == test::text(content_.at("other_recipient_address"), "name");
    return {address, RegistrationId(id), is_other ? other_.public_key : bob_.public_key};
  }
  std::vector<ServiceId> excluded(const value& one) const {
    std::vector<ServiceId> read;
    for (const value& each : one.at("excluded").as_array()) {
      read.push_back(*ServiceId::parse(std::string_view(each.as_string())));
    }
    return read;
  }

  const value content_ = test::vectors("signal/sealed_sender_v2.json");
  const crypto::KeyPair sender_ = key_pair(content_, "sender_identity_private");
  const crypto::KeyPair bob_ = key_pair(content_, "recipient_identity_private");
  const crypto::KeyPair other_ = key_pair(content_, "other_recipient_identity_private");
};

TEST_F(RecordedSentForms, AreBuiltAgainByteForByteFromTheirSecret) {
  const auto& cases = content_.at("sent_messages").as_array();
  for (const value& one : cases) {
    SCOPED_TRACE(test::text(one, "note"));
    const std::vector<Address> to = addresses(one);
    std::vector<SealedPeer> peers;
    for (const Address& address : to) peers.push_back(peer(address));
    const auto recipients = recipients_of(peers);
    ASSERT_TRUE(recipients);
    const base::Blob theirs = hex(one, "sent");
    test::ScriptedRandom random(drawn_secret(*relay::SentMessage::parse(theirs), bob_));
    const auto named = excluded(one);
    const auto ours = seal_for_many(hex(one.at("usmc"), "serialized"), sender_, {*recipients, named}, random);
    ASSERT_TRUE(ours);
    EXPECT_TRUE(ours->left_out.empty());
    if (to.empty()) {  // nobody can find its secret
      EXPECT_EQ(ours->message.size(), theirs.size());
      EXPECT_TRUE(base::same(base::View(ours->message).first(2), base::View(theirs).first(2)));
    } else {
      EXPECT_EQ(ours->message, theirs);
    }
  }
  test::expect_cases("sealed_sender_v2 sent_messages", cases.size(), 5);
}

}  // namespace
}  // namespace sotto::protocol

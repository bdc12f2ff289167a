// Group messages that the official package sent, and what it made of changed ones.
#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "protocol/sender_key/decrypt.hpp"
#include "protocol/sender_key/distribute.hpp"
#include "protocol/sender_key/encrypt.hpp"
#include "support/seeded_random.hpp"
#include "support/vectors.hpp"

namespace sotto::protocol {
namespace {

using boost::json::value;
using test::hex;

const value& recorded() {
  static const value content = test::vectors("signal/sender_keys.json");
  return content;
}

DistributionId distribution_id() { return {*base::parse_uuid(test::text(recorded(), "distribution_id"))}; }
ChainId chain_id() { return ChainId(static_cast<std::uint32_t>(test::number(recorded(), "chain_id"))); }

template <class Key>
Key key(const value& one, std::string_view member) {
  return Key(hex<Key::size>(one, member));
}

// The recorded sender, before its first message.
SenderKeyRecord recorded_sender() {
  crypto::PrivateKey signing = *crypto::PrivateKey::parse(hex(recorded(), "signing_private_key"));
  const crypto::PublicKey open = signing.public_key();
  return SenderKeyRecord().with_first({chain_id(),
                                       {key<SenderChainKey>(recorded(), "initial_chain_key"), 0, {}},
                                       open,
                                       crypto::SigningKey(std::move(signing))});
}

TEST(RecordedSenderKeys, EveryKeyOfTheChainIsAsRecorded) {
  const auto& messages = recorded().at("messages").as_array();
  SenderChainKey chain_key = key<SenderChainKey>(recorded(), "initial_chain_key");
  for (const value& one : messages) {
    SCOPED_TRACE(test::number(one, "iteration"));
    EXPECT_EQ(base::to_hex(chain_key.expose()), test::text(one, "chain_key"));
    EXPECT_EQ(base::to_hex(seed(chain_key).expose()), test::text(one, "seed"));
    const SenderMessageKeys keys = sender_message_keys(seed(chain_key));
    EXPECT_EQ(base::to_hex(keys.iv.expose()), test::text(one, "iv"));
    EXPECT_EQ(base::to_hex(keys.cipher_key.expose()), test::text(one, "cipher_key"));
    chain_key = next(chain_key);
  }
  test::expect_cases("sender_keys messages", messages.size(), 11);
}

TEST(RecordedSenderKeys, OurSenderWritesTheSameMessagesButForTheRandomSignature) {
  test::SeededRandom random(1);
  SenderKeyRecord sender = recorded_sender();
  for (const value& one : recorded().at("messages").as_array()) {
    SCOPED_TRACE(test::number(one, "iteration"));
    auto sent = sender_key_encrypt(sender, distribution_id(), hex(one, "plaintext"), random);
    ASSERT_TRUE(sent);
    const base::Blob theirs = hex(one, "message");
    ASSERT_EQ(sent->message.size(), theirs.size());
    EXPECT_TRUE(
        base::same(base::View(sent->message).first(theirs.size() - 64), base::View(theirs).first(theirs.size() - 64)));
    EXPECT_TRUE(SenderKeyMessage::parse(sent->message)->is_signed_by(sender.first()->signing_key));
    EXPECT_TRUE(SenderKeyMessage::parse(theirs)->is_signed_by(sender.first()->signing_key));
    sender = std::move(sent->record);

    if (test::number(one, "iteration") == 9) {
      const value& after_ten = recorded().at("distribution_message_after_10");
      const Distribution made = create_distribution(sender, distribution_id(), random);
      EXPECT_EQ(base::to_hex(made.message.serialize().expose()), test::text(after_ten, "message"));
      EXPECT_EQ(made.message.iteration, test::number(after_ten, "iteration"));
    }
  }
}

TEST(RecordedSenderKeys, DistributionMessagesAreParsedAsRecorded) {
  const auto& cases = recorded().at("distribution_message_parsing").as_array();
  for (const value& one : cases) {
    SCOPED_TRACE(test::text(one, "note"));
    const base::Blob bytes = hex(one, "message");
    const auto parsed = SenderKeyDistributionMessage::parse(bytes);
    ASSERT_EQ(parsed.has_value(), test::text(one, "expect") == "accept");
    if (parsed) {
      EXPECT_TRUE(base::same(parsed->serialize().expose(), bytes));
    } else {
      EXPECT_EQ(parsed.error(), Error::invalid_message);
    }
  }
  test::expect_cases("sender_keys distribution_message_parsing", cases.size(), 8);
}

Error expected_error(const value& one) {
  const std::string reason = test::text(one, "reason");
  if (reason == "no state") return Error::no_sender_key;
  if (reason.starts_with("signature")) return Error::invalid_signature;
  if (reason == "duplicate") return Error::duplicate_message;
  return test::text(one, "note") == "iteration 7 of the replaced chain" ? Error::invalid_signature
                                                                        : Error::invalid_message;
}

Result<SenderKeyDecrypted> decrypt_bytes(const SenderKeyRecord& record, base::View bytes) {
  TRY(const SenderKeyMessage message, SenderKeyMessage::parse(bytes));
  return sender_key_decrypt(record, message);
}

TEST(RecordedSenderKeys, OneReceiverTakesTheWholeSequenceAsRecorded) {
  const auto& steps = recorded().at("sequence").as_array();
  SenderKeyRecord receiver;
  for (const value& one : steps) {
    SCOPED_TRACE(test::text(one, "note"));
    const base::Blob bytes = hex(one, "message");
    const base::SecretBlob before = receiver.serialize();
    if (test::text(one, "op") == "process") {
      const auto message = SenderKeyDistributionMessage::parse(bytes);
      ASSERT_TRUE(message);
      EXPECT_EQ(message->distribution_id, distribution_id());
      receiver = process_distribution(receiver, *message);
    } else {
      auto decrypted = decrypt_bytes(receiver, bytes);
      ASSERT_EQ(decrypted.has_value(), test::text(one, "expect") == "accept");
      if (decrypted) {
        EXPECT_EQ(decrypted->plaintext, hex(one, "plaintext"));
        receiver = std::move(decrypted->record);
      } else {
        EXPECT_EQ(decrypted.error(), expected_error(one));
        EXPECT_TRUE(base::same(receiver.serialize().expose(), before.expose()));
      }
    }
    receiver = *SenderKeyRecord::parse(receiver.serialize().expose());  // a restart between any two steps
  }
  test::expect_cases("sender_keys sequence", steps.size(), 27);
}

}  // namespace
}  // namespace sotto::protocol

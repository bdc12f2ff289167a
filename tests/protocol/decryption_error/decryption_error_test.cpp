#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "protocol/decryption_error/plaintext_content.hpp"
#include "relay/protobuf.hpp"
#include "support/vectors.hpp"

namespace sotto::protocol {
namespace {

using boost::json::value;
using test::hex;

const value& recorded() {
  static const value content = test::vectors("signal/decryption_error.json");
  return content;
}

TEST(RecordedDecryptionErrors, AreMadeFromTheFailedMessageAsRecorded) {
  const auto& cases = recorded().at("cases").as_array();
  for (const value& one : cases) {
    SCOPED_TRACE(test::text(one, "note"));
    const auto made = DecryptionErrorMessage::about(static_cast<ContentType>(test::number(one, "original_type")),
                                                    hex(one, "original"), test::number(one, "timestamp"),
                                                    static_cast<std::uint32_t>(test::number(one, "device_id")));
    ASSERT_TRUE(made);
    ASSERT_EQ(made->ratchet_key.has_value(), test::has(one, "ratchet_key"));
    if (made->ratchet_key) {
      EXPECT_TRUE(base::same(made->ratchet_key->serialize(), hex(one, "ratchet_key")));
    }
    EXPECT_EQ(made->serialize(), hex(one, "decryption_error_message"));
    const auto content = PlaintextContent::carrying(*made);
    EXPECT_EQ(content.serialize(), hex(one, "plaintext_content"));
    if (test::has(one, "body")) {
      EXPECT_EQ(content.body, hex(one, "body"));
    }

    const auto read = PlaintextContent::parse(hex(one, "plaintext_content"));
    ASSERT_TRUE(read);
    const auto error = read->decryption_error();
    ASSERT_TRUE(error);
    EXPECT_EQ(error->ratchet_key, made->ratchet_key);
    EXPECT_EQ(error->timestamp_ms, test::number(one, "timestamp"));
    EXPECT_EQ(error->device_id, test::number(one, "device_id"));
  }
  test::expect_cases("decryption_error cases", cases.size(), 3);
}

TEST(RecordedDecryptionErrors, AreParsedAsRecorded) {
  const auto& cases = recorded().at("parsing").as_array();
  for (const value& one : cases) {
    SCOPED_TRACE(test::text(one, "note"));
    const base::Blob input = hex(one, "input");
    const std::string kind = test::text(one, "kind");
    const bool is_accepted = kind == "plaintext_content" ? PlaintextContent::parse(input).has_value()
                             : kind == "body"            ? PlaintextContent{input}.decryption_error().has_value()
                                                         : DecryptionErrorMessage::parse(input).has_value();
    EXPECT_EQ(is_accepted, test::text(one, "expect") == "accept");
  }
  test::expect_cases("decryption_error parsing", cases.size(), 9);
}

TEST(DecryptionErrors, SayWhatIsWrongWithThem) {
  EXPECT_EQ(DecryptionErrorMessage::parse(base::Blob{0x18, 0x01}).error(), Error::invalid_message);
  base::Blob bytes{0x10, 0x01};
  relay::FieldWriter(bytes).bytes(1, base::Blob(33));
  EXPECT_EQ(DecryptionErrorMessage::parse(bytes).error(), Error::invalid_key);
  EXPECT_EQ(DecryptionErrorMessage::parse(base::Blob{0x10, 0x01})->device_id, 0u);
}

TEST(DecryptionErrors, AreNotAboutPlaintextNorAboutRubbish) {
  EXPECT_EQ(DecryptionErrorMessage::about(ContentType::plaintext, {}, 1, 1).error(), Error::invalid_message);
  EXPECT_EQ(DecryptionErrorMessage::about(ContentType::signal, base::Blob(20), 1, 1).error(), Error::invalid_message);
  EXPECT_EQ(DecryptionErrorMessage::about(ContentType::prekey, {}, 1, 1).error(), Error::invalid_message);
}

TEST(PlaintextContents, GiveNothingButADecryptionError) {
  PlaintextContent content;
  relay::FieldWriter write(content.body);
  write.bytes(1, base::view("data message"));
  content.body.push_back(0x80);
  EXPECT_EQ(content.decryption_error().error(), Error::invalid_message);

  content.body.pop_back();
  write.bytes(8, DecryptionErrorMessage{std::nullopt, 5, 1}.serialize());
  content.body.push_back(0x80);
  EXPECT_EQ(content.decryption_error()->timestamp_ms, 5u);
}

RC_GTEST_PROP(PlaintextContents, ComeBackAsTheyWereWritten,
              (std::uint64_t timestamp, std::uint32_t device, std::uint8_t byte, bool has_key)) {
  DecryptionErrorMessage message{std::nullopt, timestamp, device};
  if (has_key) message.ratchet_key = crypto::PublicKey(base::Bytes<32>{byte});
  const base::Blob bytes = PlaintextContent::carrying(message).serialize();
  const auto read = PlaintextContent::parse(bytes);
  RC_ASSERT(read && read->serialize() == bytes);
  const auto error = read->decryption_error();
  RC_ASSERT(error && error->ratchet_key == message.ratchet_key);
  RC_ASSERT(error->timestamp_ms == timestamp && error->device_id == device);
}

RC_GTEST_PROP(PlaintextContents, AreNothingWhenCutShort, ()) {
  const base::Blob bytes = PlaintextContent::carrying({crypto::PublicKey(base::Bytes<32>{9}), 77, 1}).serialize();
  const auto read = PlaintextContent::parse(base::View(bytes).first(*rc::gen::inRange<std::size_t>(0, bytes.size())));
  if (read) RC_ASSERT(!read->decryption_error());
}

RC_GTEST_PROP(PlaintextContents, NeverTakeRubbishForMoreThanItIs, (const base::Blob& bytes)) {
  const auto error = PlaintextContent{bytes}.decryption_error();
  RC_ASSERT(!error || bytes.size() >= 5);
}

}  // namespace
}  // namespace sotto::protocol

#include <gtest/gtest.h>

#include "api/device.hpp"

namespace sotto::test {
namespace {

TEST(ApiDecryptionError, TheSenderFindsTheSessionItIsAbout) {
  Pair pair;
  for (const auto expected : {SOTTO_MESSAGE_PREKEY, SOTTO_MESSAGE_SIGNAL}) {
    const Message sent = pair.ana.send(pair.ben, "lost");
    ASSERT_EQ(sent.type, expected);
    Room answer;
    ASSERT_EQ(sotto_decryption_error_make(sent.type, view(sent.bytes), 1234, 1, answer), SOTTO_OK);
    const Blob bytes = answer.taken();
    sotto_decryption_error error{};
    ASSERT_EQ(sotto_decryption_error_read(view(bytes), &error), SOTTO_OK);
    EXPECT_EQ(error.has_ratchet_key, 1);
    EXPECT_EQ(error.timestamp_ms, 1234u);
    EXPECT_EQ(error.device_id, 1u);
    EXPECT_EQ(sotto_session_current_ratchet_key_matches(pair.ana.session.get(), view(error.ratchet_key)), 1);
    pair.settle();
  }
}

TEST(ApiDecryptionError, ASenderKeyMessageHasNoRatchetKey) {
  Room answer;
  ASSERT_EQ(sotto_decryption_error_make(SOTTO_MESSAGE_SENDER_KEY, {}, 1234, 1, answer), SOTTO_OK);
  const Blob bytes = answer.taken();
  sotto_decryption_error error{};
  ASSERT_EQ(sotto_decryption_error_read(view(bytes), &error), SOTTO_OK);
  EXPECT_EQ(error.has_ratchet_key, 0);
}

TEST(ApiDecryptionError, RefusalsGoByName) {
  const Blob none = blob("none");
  Room answer;
  EXPECT_EQ(sotto_decryption_error_make(SOTTO_MESSAGE_PLAINTEXT, view(none), 0, 1, answer), SOTTO_INVALID_ARGUMENT);
  EXPECT_EQ(sotto_decryption_error_make(SOTTO_MESSAGE_SIGNAL, view(none), 0, 1, answer), SOTTO_INVALID_MESSAGE);
  EXPECT_TRUE(answer.is_untouched());
  sotto_decryption_error error{};
  error.device_id = 9;
  EXPECT_EQ(sotto_decryption_error_read(view(none), &error), SOTTO_INVALID_MESSAGE);
  EXPECT_EQ(error.device_id, 9u);
}

TEST(ApiDecryptionError, AKeyThatIsNoneIsSaidSo) {
  Pair pair;
  pair.settle();
  const Message sent = pair.ana.send(pair.ben, "lost");
  Room answer;
  const Blob spoiled = with_a_key_spoiled(sent.bytes, 0x0A);
  EXPECT_EQ(sotto_decryption_error_make(sent.type, view(spoiled), 0, 1, answer), SOTTO_INVALID_KEY);
  EXPECT_TRUE(answer.is_untouched());
  ASSERT_EQ(sotto_decryption_error_make(sent.type, view(sent.bytes), 0, 1, answer), SOTTO_OK);
  const Blob spoiled_answer = with_a_key_spoiled(answer.taken(), 0x0A);
  sotto_decryption_error error{};
  EXPECT_EQ(sotto_decryption_error_read(view(spoiled_answer), &error), SOTTO_INVALID_KEY);
  EXPECT_EQ(error.device_id, 0u);
}

}  // namespace
}  // namespace sotto::test

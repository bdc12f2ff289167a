#include <gtest/gtest.h>

#include "api/device.hpp"

// Each pointer that may not be NULL, one at a time: the call says SOTTO_INVALID_ARGUMENT and does nothing.

namespace sotto::test {
namespace {

constexpr sotto_view null_with_a_size{nullptr, 5};
constexpr sotto_random without_function{nullptr, nullptr};

// Good arguments of every kind; a test leaves out one.
class ApiNull : public testing::Test {
 protected:
  ApiNull() : context_(pair_.ana.with(pair_.ben)), bundle_(pair_.ben.bundle()), key_(view(pair_.ben.identity_key)) {}
  ~ApiNull() override { EXPECT_TRUE(room_.is_untouched()); }

  Pair pair_;
  sotto_context context_;
  sotto_prekey_bundle bundle_;
  sotto_view key_;
  const sotto_key_pair* keys_ = pair_.ana.identity.get();
  sotto_session* session_ = nullptr;
  sotto_sender_key* sender_key_ = nullptr;
  sotto_key_pair* made_ = nullptr;
  Room room_;
  sotto_buffer unsound_{nullptr, 5, 0};
  std::uint8_t bytes_[SOTTO_KYBER_PUBLIC_KEY_SIZE] = {};
  sotto_message_type type_{};
  int flag_ = 0;
};

#define REFUSED(...) EXPECT_EQ((__VA_ARGS__), SOTTO_INVALID_ARGUMENT)

TEST_F(ApiNull, Keys) {
  REFUSED(sotto_key_pair_generate(nullptr, nullptr));
  REFUSED(sotto_key_pair_generate(&without_function, &made_));
  REFUSED(sotto_key_pair_from_private({bytes_, 32}, nullptr));
  REFUSED(sotto_key_pair_from_private({nullptr, 32}, &made_));
  REFUSED(sotto_sign(nullptr, {}, nullptr, bytes_));
  REFUSED(sotto_sign(keys_, {}, nullptr, nullptr));
  REFUSED(sotto_sign(keys_, null_with_a_size, nullptr, bytes_));
  REFUSED(sotto_sign(keys_, {}, &without_function, bytes_));
  REFUSED(sotto_verify({nullptr, 33}, {}, {bytes_, 64}));
  REFUSED(sotto_verify(key_, null_with_a_size, {bytes_, 64}));
  REFUSED(sotto_verify(key_, {}, {nullptr, 64}));
  REFUSED(sotto_agree(nullptr, key_, bytes_));
  REFUSED(sotto_agree(keys_, key_, nullptr));
  REFUSED(sotto_sign_alternate_identity(nullptr, key_, nullptr, bytes_));
  REFUSED(sotto_sign_alternate_identity(keys_, key_, nullptr, nullptr));
  REFUSED(sotto_verify_alternate_identity(key_, key_, {nullptr, 64}));
  EXPECT_EQ(made_, nullptr);
}

TEST_F(ApiNull, Prekeys) {
  REFUSED(sotto_one_time_prekey_generate(1, nullptr, nullptr, bytes_));
  REFUSED(sotto_one_time_prekey_generate(1, nullptr, &unsound_, bytes_));
  REFUSED(sotto_one_time_prekey_generate(1, nullptr, room_, nullptr));
  REFUSED(sotto_one_time_prekey_generate(1, &without_function, room_, bytes_));
  REFUSED(sotto_signed_prekey_generate(1, nullptr, 0, nullptr, room_, bytes_, bytes_));
  REFUSED(sotto_signed_prekey_generate(1, keys_, 0, nullptr, nullptr, bytes_, bytes_));
  REFUSED(sotto_signed_prekey_generate(1, keys_, 0, nullptr, room_, nullptr, bytes_));
  REFUSED(sotto_signed_prekey_generate(1, keys_, 0, nullptr, room_, bytes_, nullptr));
  REFUSED(sotto_kyber_prekey_generate(1, nullptr, 0, nullptr, room_, bytes_, bytes_));
  REFUSED(sotto_kyber_prekey_generate(1, keys_, 0, nullptr, nullptr, bytes_, bytes_));
  REFUSED(sotto_kyber_prekey_generate(1, keys_, 0, nullptr, room_, nullptr, bytes_));
  REFUSED(sotto_kyber_prekey_generate(1, keys_, 0, nullptr, room_, bytes_, nullptr));
}

TEST_F(ApiNull, Sessions) {
  REFUSED(sotto_session_parse({bytes_, 1}, nullptr));
  REFUSED(sotto_session_parse(null_with_a_size, &session_));
  REFUSED(sotto_session_serialize(nullptr, room_));
  REFUSED(sotto_session_serialize(pair_.ana.session.get(), nullptr));
  REFUSED(sotto_session_start(nullptr, nullptr, &context_, &session_));
  REFUSED(sotto_session_start(nullptr, &bundle_, nullptr, &session_));
  REFUSED(sotto_session_start(nullptr, &bundle_, &context_, nullptr));
  REFUSED(sotto_session_remote_registration_id(nullptr, nullptr));
  REFUSED(sotto_session_remote_identity(nullptr, bytes_));
  REFUSED(sotto_session_remote_identity(pair_.ana.session.get(), nullptr));
  REFUSED(sotto_session_archive(nullptr, nullptr));
  REFUSED(sotto_session_encrypt(nullptr, {}, &context_, nullptr, &type_, room_));
  REFUSED(sotto_session_encrypt(nullptr, {}, &context_, &session_, nullptr, room_));
  REFUSED(sotto_session_encrypt(nullptr, {}, &context_, &session_, &type_, nullptr));
  REFUSED(sotto_session_encrypt(nullptr, {}, nullptr, &session_, &type_, room_));
  REFUSED(sotto_session_encrypt(nullptr, null_with_a_size, &context_, &session_, &type_, room_));
  REFUSED(sotto_session_encrypt(nullptr, {bytes_, (std::size_t{1} << 30) + 1}, &context_, &session_, &type_, room_));
  REFUSED(sotto_session_decrypt(nullptr, {}, &context_, nullptr, room_));
  REFUSED(sotto_session_decrypt(nullptr, {}, &context_, &session_, nullptr));
  REFUSED(sotto_session_decrypt(nullptr, {}, nullptr, &session_, room_));
  REFUSED(sotto_session_decrypt_prekey(nullptr, {}, nullptr, &context_, nullptr, room_, &flag_));
  REFUSED(sotto_session_decrypt_prekey(nullptr, {}, nullptr, &context_, &session_, nullptr, &flag_));
  REFUSED(sotto_session_decrypt_prekey(nullptr, {}, nullptr, &context_, &session_, room_, nullptr));
  REFUSED(sotto_session_decrypt_prekey(nullptr, {}, nullptr, nullptr, &session_, room_, &flag_));
  const sotto_prekey_records broken{{}, null_with_a_size, {}};
  REFUSED(sotto_session_decrypt_prekey(nullptr, {}, &broken, &context_, &session_, room_, &flag_));
  REFUSED(sotto_prekey_message_read({}, nullptr));
  EXPECT_EQ(session_, nullptr);
}

TEST_F(ApiNull, PartsOfAContext) {
  const auto refused_with = [this](auto&& spoil) {
    sotto_context spoiled = context_;
    spoil(spoiled);
    REFUSED(sotto_session_start(nullptr, &bundle_, &spoiled, &session_));
  };
  refused_with([](sotto_context& context) { context.identity = nullptr; });
  refused_with([](sotto_context& context) { context.local.name = nullptr; });
  refused_with([](sotto_context& context) { context.remote.name = nullptr; });
  refused_with([](sotto_context& context) { context.known_identity = null_with_a_size; });
  refused_with([](sotto_context& context) { context.random = &without_function; });
}

TEST_F(ApiNull, SenderKeys) {
  REFUSED(sotto_sender_key_parse({}, nullptr));
  REFUSED(sotto_sender_key_serialize(nullptr, room_));
  REFUSED(sotto_sender_key_distribute(nullptr, nullptr, nullptr, &sender_key_, room_));
  REFUSED(sotto_sender_key_distribute(nullptr, bytes_, nullptr, nullptr, room_));
  REFUSED(sotto_sender_key_distribute(nullptr, bytes_, nullptr, &sender_key_, nullptr));
  REFUSED(sotto_distribution_message_id({}, nullptr));
  REFUSED(sotto_sender_key_message_id({}, nullptr));
  REFUSED(sotto_sender_key_accept(nullptr, {}, nullptr));
  REFUSED(sotto_sender_key_encrypt(nullptr, nullptr, {}, nullptr, &sender_key_, room_));
  REFUSED(sotto_sender_key_encrypt(nullptr, bytes_, {}, nullptr, nullptr, room_));
  REFUSED(sotto_sender_key_encrypt(nullptr, bytes_, {}, nullptr, &sender_key_, nullptr));
  REFUSED(sotto_sender_key_decrypt(nullptr, {}, nullptr, room_));
  REFUSED(sotto_sender_key_decrypt(nullptr, {}, &sender_key_, nullptr));
  EXPECT_EQ(sender_key_, nullptr);
}

TEST_F(ApiNull, SealedSender) {
  const sotto_certified nameless{nullptr, 1, key_, nullptr};
  sotto_opened* opened = nullptr;
  sotto_sent_message* sent = nullptr;
  std::uint32_t number = 0;
  const sotto_reception reception{};
  REFUSED(sotto_server_certificate_issue(1, key_, nullptr, nullptr, room_));
  REFUSED(sotto_server_certificate_issue(1, key_, keys_, nullptr, nullptr));
  REFUSED(sotto_sender_certificate_issue(nullptr, 0, {}, keys_, nullptr, room_));
  REFUSED(sotto_sender_certificate_issue(&nameless, 0, {}, keys_, nullptr, room_));
  REFUSED(sotto_sender_certificate_issue(&nameless, 0, {}, nullptr, nullptr, room_));
  REFUSED(sotto_sealed_content_serialize(nullptr, room_));
  REFUSED(sotto_seal({}, nullptr, key_, {}, nullptr, room_));
  REFUSED(sotto_seal({}, keys_, key_, {}, nullptr, nullptr));
  REFUSED(sotto_seal_for_many({}, nullptr, nullptr, 0, nullptr, 0, nullptr, room_, nullptr));
  REFUSED(sotto_seal_for_many({}, keys_, nullptr, 1, nullptr, 0, nullptr, room_, nullptr));
  REFUSED(sotto_seal_for_many({}, keys_, nullptr, 0, nullptr, 1, nullptr, room_, nullptr));
  REFUSED(sotto_seal_for_many({}, keys_, nullptr, 0, nullptr, 0, nullptr, nullptr, nullptr));
  REFUSED(sotto_open_sealed({}, nullptr, nullptr, 0, &opened));
  REFUSED(sotto_open_sealed({}, keys_, nullptr, 1, &opened));
  REFUSED(sotto_open_sealed({}, keys_, nullptr, 0, nullptr));
  REFUSED(sotto_opened_verify(nullptr, &reception));
  REFUSED(sotto_sent_message_parse({}, nullptr));
  REFUSED(sotto_sent_message_recipient(nullptr, 0, bytes_, nullptr));
  REFUSED(sotto_sent_message_received_by(nullptr, 0, room_));
  REFUSED(sotto_sent_message_device(nullptr, 0, 0, bytes_, &number));
  REFUSED(sotto_open_sealed(null_with_a_size, keys_, nullptr, 0, &opened));
  REFUSED(sotto_sent_message_parse(null_with_a_size, &sent));
  REFUSED(sotto_seal(null_with_a_size, keys_, key_, {}, nullptr, room_));
  REFUSED(sotto_seal({}, keys_, key_, {}, &without_function, room_));
  EXPECT_EQ(opened, nullptr);
  EXPECT_EQ(sent, nullptr);
}

TEST_F(ApiNull, SafetyNumbersAndDecryptionErrors) {
  const sotto_fingerprint_end end{key_, key_};
  char digits[61];
  REFUSED(sotto_fingerprint(nullptr, &end, 2, 5, digits, room_));
  REFUSED(sotto_fingerprint(&end, nullptr, 2, 5, digits, room_));
  REFUSED(sotto_fingerprint(&end, &end, 2, 5, nullptr, room_));
  REFUSED(sotto_fingerprint(&end, &end, 2, 5, digits, nullptr));
  REFUSED(sotto_fingerprint_compare({}, {}, nullptr));
  REFUSED(sotto_decryption_error_make(SOTTO_MESSAGE_SENDER_KEY, {}, 0, 1, nullptr));
  REFUSED(sotto_decryption_error_read({}, nullptr));
}

TEST_F(ApiNull, WhatTakesNullTakesIt) {
  sotto_key_pair_free(nullptr);
  sotto_session_free(nullptr);
  sotto_sender_key_free(nullptr);
  sotto_opened_free(nullptr);
  sotto_sent_message_free(nullptr);
  sotto_key_pair_private(nullptr, bytes_);
  sotto_key_pair_public(nullptr, bytes_);
  sotto_opened_identity(nullptr, bytes_);
  EXPECT_EQ(bytes_[0], 0);
  EXPECT_EQ(sotto_session_can_send(nullptr, 0), 0);
  EXPECT_EQ(sotto_session_is_pending(nullptr), 0);
  EXPECT_EQ(sotto_session_current_ratchet_key_matches(nullptr, key_), 0);
  EXPECT_EQ(sotto_opened_sender(nullptr).name, nullptr);
  EXPECT_EQ(sotto_opened_phone_number(nullptr), nullptr);
  EXPECT_EQ(sotto_opened_expires_ms(nullptr), 0u);
  EXPECT_EQ(sotto_opened_message(nullptr).size, 0u);
  EXPECT_EQ(sotto_opened_group_id(nullptr).size, 0u);
  EXPECT_EQ(sotto_opened_hint(nullptr), 0u);
  EXPECT_EQ(static_cast<int>(sotto_opened_type(nullptr)), 0);
  EXPECT_EQ(sotto_sent_message_has_repeated_recipients(nullptr), 0);
  EXPECT_EQ(sotto_sent_message_recipient_count(nullptr), 0u);
}

}  // namespace
}  // namespace sotto::test

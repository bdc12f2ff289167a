#include <gtest/gtest.h>

#include "api/device.hpp"
#include "protocol/session/record.hpp"

namespace sotto::test {
namespace {

TEST(ApiSession, TwoDevicesConverseAcrossRestarts) {
  Pair pair;
  for (int i = 0; i < 5; ++i) {
    for (auto [from, to] : {std::pair(&pair.ana, &pair.ben), std::pair(&pair.ben, &pair.ana)}) {
      const Message sent = from->send(*to, "message " + std::to_string(i));
      Blob text;
      ASSERT_EQ(to->receive(*from, sent, text), SOTTO_OK);
      EXPECT_EQ(text, blob("message " + std::to_string(i)));
      for (Device* device : {from, to}) {
        const Blob kept = device->serialized();
        ASSERT_EQ(sotto_session_parse(view(kept), Out(device->session)), SOTTO_OK);
        EXPECT_EQ(device->serialized(), kept);
      }
    }
  }
}

TEST(ApiSession, TheFirstMessagesArePrekeyMessagesUntilTheAnswer) {
  Pair pair;
  EXPECT_EQ(sotto_session_is_pending(pair.ana.session.get()), 1);
  EXPECT_EQ(pair.ana.send(pair.ben, "").type, SOTTO_MESSAGE_PREKEY);
  pair.settle();
  EXPECT_EQ(sotto_session_is_pending(pair.ana.session.get()), 0);
  EXPECT_EQ(pair.ana.send(pair.ben, "").type, SOTTO_MESSAGE_SIGNAL);
}

TEST(ApiSession, APrekeyMessageNamesItsKeys) {
  Pair pair;
  const Message sent = pair.ana.send(pair.ben, "hello");
  sotto_prekey_names names{};
  ASSERT_EQ(sotto_prekey_message_read(view(sent.bytes), &names), SOTTO_OK);
  EXPECT_EQ(names.has_one_time_prekey, 1);
  EXPECT_EQ(names.one_time_prekey_id, 11u);
  EXPECT_EQ(names.signed_prekey_id, 12u);
  EXPECT_EQ(names.kyber_prekey_id, 13u);
  EXPECT_EQ(names.registration_id, 78u);
  EXPECT_EQ(blob(view(names.identity_key)), pair.ana.identity_key);
  const Blob none = blob("none");
  EXPECT_EQ(sotto_prekey_message_read(view(none), &names), SOTTO_INVALID_MESSAGE);
}

TEST(ApiSession, SaysWhetherTheMessageUsedThePrekeys) {
  Pair pair;
  const Message first = pair.ana.send(pair.ben, "1"), second = pair.ana.send(pair.ben, "2");
  const sotto_context context = pair.ben.with(pair.ana);
  const sotto_prekey_records keys = pair.ben.prekeys();
  Room text;
  int began = -1;
  ASSERT_EQ(
      sotto_session_decrypt_prekey(nullptr, view(first.bytes), &keys, &context, Out(pair.ben.session), text, &began),
      SOTTO_OK);
  EXPECT_EQ(began, 1);
  ASSERT_EQ(sotto_session_decrypt_prekey(pair.ben.session.get(), view(second.bytes), nullptr, &context,
                                         Out(pair.ben.session), text, &began),
            SOTTO_OK);
  EXPECT_EQ(began, 0);
  EXPECT_EQ(text.taken(), blob("2"));
}

TEST(ApiSession, WhoIsAtTheOtherEnd) {
  Pair pair;
  std::uint8_t key[SOTTO_PUBLIC_KEY_SIZE];
  std::uint32_t registration_id = 0;
  ASSERT_EQ(sotto_session_remote_identity(pair.ana.session.get(), key), SOTTO_OK);
  ASSERT_EQ(sotto_session_remote_registration_id(pair.ana.session.get(), &registration_id), SOTTO_OK);
  EXPECT_EQ(blob(view(key)), pair.ben.identity_key);
  EXPECT_EQ(registration_id, 79u);
}

TEST(ApiSession, AnArchivedSessionReceivesAndSendsNoMore) {
  Pair pair;
  pair.settle();
  const Message late = pair.ben.send(pair.ana, "late");
  Session& session = pair.ana.session;
  ASSERT_EQ(sotto_session_archive(session.get(), Out(session)), SOTTO_OK);
  EXPECT_EQ(sotto_session_can_send(session.get(), pair.ana.now_ms), 0);
  std::uint32_t registration_id = 0;
  std::uint8_t key[SOTTO_PUBLIC_KEY_SIZE];
  EXPECT_EQ(sotto_session_remote_registration_id(session.get(), &registration_id), SOTTO_NO_SESSION);
  EXPECT_EQ(sotto_session_remote_identity(session.get(), key), SOTTO_NO_SESSION);
  Blob text;
  EXPECT_EQ(pair.ana.receive(pair.ben, late, text), SOTTO_OK);
  EXPECT_EQ(sotto_session_can_send(session.get(), pair.ana.now_ms), 1);
}

TEST(ApiSession, ASessionThatNobodyAnsweredIn30DaysSendsNoMore) {
  Pair pair;
  pair.ana.now_ms += 31ull * 86'400'000;
  EXPECT_EQ(sotto_session_can_send(pair.ana.session.get(), pair.ana.now_ms), 0);
  const sotto_context context = pair.ana.with(pair.ben);
  Session after;
  sotto_message_type type{};
  Room message;
  EXPECT_EQ(sotto_session_encrypt(pair.ana.session.get(), {}, &context, Out(after), &type, message), SOTTO_NO_SESSION);
  EXPECT_EQ(after, nullptr);
}

TEST(ApiSession, AnInternalRecordIsTheSameBytes) {
  Pair pair;
  pair.settle();
  const Blob kept = pair.ana.serialized();
  const auto record = protocol::Record::parse(kept);
  ASSERT_TRUE(record);
  ASSERT_NE(record->current(), nullptr);
  EXPECT_EQ(record->current()->remote_registration_id.value, 79u);
  EXPECT_TRUE(base::same(record->serialize().expose(), kept));
  const auto ratchet_key = record->current()->sending.ratchet_key.public_key.serialize();
  EXPECT_EQ(sotto_session_current_ratchet_key_matches(pair.ana.session.get(), {ratchet_key.data(), 33}), 1);
  EXPECT_EQ(sotto_session_current_ratchet_key_matches(pair.ana.session.get(), view(pair.ana.identity_key)), 0);
  EXPECT_EQ(sotto_session_current_ratchet_key_matches(pair.ana.session.get(), {ratchet_key.data(), 32}), 0);
}

TEST(ApiSession, OverheadIsEnoughForEveryMessage) {
  Pair pair;
  for (const std::size_t size : {0u, 1u, 15u, 16u, 1000u, 70'000u}) {
    const Message sent = pair.ana.send(pair.ben, std::string(size, 'x'));  // a prekey message: the longest kind
    EXPECT_LE(sent.bytes.size(), size + SOTTO_OVERHEAD);
    Blob text;
    ASSERT_EQ(pair.ben.receive(pair.ana, sent, text), SOTTO_OK);
    EXPECT_LE(text.size(), sent.bytes.size());
  }
}

// Each refused operation leaves Ben's record and all outputs as they were.
class ApiRefusal : public testing::Test {
 protected:
  ApiRefusal() {
    pair_.settle();
    before_ = pair_.ben.serialized();
  }
  sotto_status decrypt(const Message& message, const sotto_context& context, const sotto_prekey_records* prekeys) {
    Session after;
    Room text;
    int began = -1;
    const sotto_session* session = pair_.ben.session.get();
    const sotto_status status =
        message.type == SOTTO_MESSAGE_PREKEY
            ? sotto_session_decrypt_prekey(session, view(message.bytes), prekeys, &context, Out(after), text, &began)
            : sotto_session_decrypt(session, view(message.bytes), &context, Out(after), text);
    EXPECT_EQ(after, nullptr);
    EXPECT_EQ(began, -1);
    EXPECT_EQ(text.size(), 0u);
    EXPECT_TRUE(text.is_untouched());
    EXPECT_EQ(pair_.ben.serialized(), before_);
    return status;
  }
  sotto_status decrypt(const Message& message) {
    const sotto_prekey_records keys = pair_.ben.prekeys();
    return decrypt(message, pair_.ben.with(pair_.ana), &keys);
  }
  sotto_status start(const sotto_prekey_bundle& bundle, const sotto_context& context) {
    Session after;
    const sotto_status status = sotto_session_start(pair_.ben.session.get(), &bundle, &context, Out(after));
    EXPECT_EQ(after, nullptr);
    EXPECT_EQ(pair_.ben.serialized(), before_);
    return status;
  }
  Pair pair_;
  Blob before_;
};

TEST_F(ApiRefusal, DuplicateMessage) {
  const Message sent = pair_.ana.send(pair_.ben, "once");
  Blob text;
  ASSERT_EQ(pair_.ben.receive(pair_.ana, sent, text), SOTTO_OK);
  before_ = pair_.ben.serialized();
  EXPECT_EQ(decrypt(sent), SOTTO_DUPLICATE_MESSAGE);
}

TEST_F(ApiRefusal, InvalidMessage) {
  Message sent = pair_.ana.send(pair_.ben, "text");
  sent.bytes.back() ^= 1;
  EXPECT_EQ(decrypt(sent), SOTTO_INVALID_MESSAGE);
  EXPECT_EQ(decrypt({SOTTO_MESSAGE_SIGNAL, {}}), SOTTO_INVALID_MESSAGE);
}

TEST_F(ApiRefusal, UntrustedIdentity) {
  const Message sent = pair_.ana.send(pair_.ben, "text");
  sotto_context context = pair_.ben.with(pair_.ana);
  context.known_identity = view(pair_.ben.identity_key);
  EXPECT_EQ(decrypt(sent, context, nullptr), SOTTO_UNTRUSTED_IDENTITY);
  EXPECT_EQ(start(pair_.ana.bundle(), context), SOTTO_UNTRUSTED_IDENTITY);
  Session after;
  sotto_message_type type{};
  Room message;
  EXPECT_EQ(sotto_session_encrypt(pair_.ben.session.get(), {}, &context, Out(after), &type, message),
            SOTTO_UNTRUSTED_IDENTITY);
  EXPECT_EQ(after, nullptr);
  EXPECT_TRUE(message.is_untouched());
}

TEST_F(ApiRefusal, NothingKnownTrustsWhateverComes) {
  const Message sent = pair_.ana.send(pair_.ben, "text");
  sotto_context context = pair_.ben.with(pair_.ana);
  context.known_identity = {};
  Session after;
  Room text;
  ASSERT_EQ(sotto_session_decrypt(pair_.ben.session.get(), view(sent.bytes), &context, Out(after), text), SOTTO_OK);
  std::uint8_t key[SOTTO_PUBLIC_KEY_SIZE];
  ASSERT_EQ(sotto_session_remote_identity(after.get(), key), SOTTO_OK);
  EXPECT_EQ(blob(view(key)), pair_.ana.identity_key);
}

TEST_F(ApiRefusal, NoSession) {
  const Message sent = pair_.ana.send(pair_.ben, "text");
  const sotto_context context = pair_.ben.with(pair_.ana);
  Session after;
  Room text;
  EXPECT_EQ(sotto_session_decrypt(nullptr, view(sent.bytes), &context, Out(after), text), SOTTO_NO_SESSION);
  EXPECT_EQ(after, nullptr);
}

TEST_F(ApiRefusal, UnknownPrekey) {
  pair_.ana.meet(pair_.ben);
  const Message sent = pair_.ana.send(pair_.ben, "again");
  const sotto_context context = pair_.ben.with(pair_.ana);
  sotto_prekey_records keys = pair_.ben.prekeys();
  keys.one_time = {};
  EXPECT_EQ(decrypt(sent, context, &keys), SOTTO_UNKNOWN_PREKEY);
  EXPECT_EQ(decrypt(sent, context, nullptr), SOTTO_UNKNOWN_PREKEY);
  Room another;
  std::uint8_t key[SOTTO_PUBLIC_KEY_SIZE];
  ASSERT_EQ(sotto_one_time_prekey_generate(99, nullptr, another, key), SOTTO_OK);
  const Blob record = another.taken();
  keys.one_time = view(record);
  EXPECT_EQ(decrypt(sent, context, &keys), SOTTO_UNKNOWN_PREKEY);
}

TEST_F(ApiRefusal, InvalidKey) {
  const Message settled = pair_.ana.send(pair_.ben, "text");
  EXPECT_EQ(decrypt({settled.type, with_a_key_spoiled(settled.bytes, 0x0A)}), SOTTO_INVALID_KEY);  // the ratchet key
  pair_.ana.meet(pair_.ben);
  const Message first = pair_.ana.send(pair_.ben, "again");
  for (const auto field : {std::uint8_t{0x12}, std::uint8_t{0x1A}}) {  // the base key, the identity key
    const Blob spoiled = with_a_key_spoiled(first.bytes, field);
    EXPECT_EQ(decrypt({first.type, spoiled}), SOTTO_INVALID_KEY);
    sotto_prekey_names names{};
    EXPECT_EQ(sotto_prekey_message_read(view(spoiled), &names), SOTTO_INVALID_KEY);
    EXPECT_EQ(names.signed_prekey_id, 0u);
  }
}

TEST_F(ApiRefusal, TheSameOfAPrekeyMessage) {
  pair_.ana.meet(pair_.ben);
  const Message first = pair_.ana.send(pair_.ben, "again");
  sotto_context stranger = pair_.ben.with(pair_.ana);
  stranger.known_identity = view(pair_.ben.identity_key);
  const sotto_prekey_records keys = pair_.ben.prekeys();
  EXPECT_EQ(decrypt(first, stranger, &keys), SOTTO_UNTRUSTED_IDENTITY);
  EXPECT_EQ(decrypt({SOTTO_MESSAGE_PREKEY, {}}), SOTTO_INVALID_MESSAGE);
  Blob text;
  ASSERT_EQ(pair_.ben.receive(pair_.ana, first, text), SOTTO_OK);
  before_ = pair_.ben.serialized();
  EXPECT_EQ(decrypt(first), SOTTO_DUPLICATE_MESSAGE);
}

TEST_F(ApiRefusal, AKnownKeyThatIsNone) {
  sotto_context context = pair_.ben.with(pair_.ana);
  context.known_identity.size = 32;
  EXPECT_EQ(decrypt(pair_.ana.send(pair_.ben, "text"), context, nullptr), SOTTO_INVALID_KEY);
}

TEST_F(ApiRefusal, InvalidSession) {
  pair_.ana.meet(pair_.ben);
  const Message sent = pair_.ana.send(pair_.ben, "again");
  sotto_prekey_records keys = pair_.ben.prekeys();
  keys.kyber.size -= 1;
  EXPECT_EQ(decrypt(sent, pair_.ben.with(pair_.ana), &keys), SOTTO_INVALID_SESSION);
  Session parsed;
  Blob kept = before_;
  kept.pop_back();
  EXPECT_EQ(sotto_session_parse(view(kept), Out(parsed)), SOTTO_INVALID_SESSION);
  EXPECT_EQ(parsed, nullptr);
}

TEST_F(ApiRefusal, InvalidAddress) {
  sotto_context context = pair_.ben.with(pair_.ana);
  context.remote.device_id = 128;
  EXPECT_EQ(decrypt(pair_.ana.send(pair_.ben, "text"), context, nullptr), SOTTO_INVALID_ADDRESS);
  sotto_prekey_bundle bundle = pair_.ana.bundle();
  bundle.device_id = 0;
  EXPECT_EQ(start(bundle, pair_.ben.with(pair_.ana)), SOTTO_INVALID_ADDRESS);
}

TEST_F(ApiRefusal, ABundleWithAWrongSignature) {
  sotto_prekey_bundle bundle = pair_.ana.bundle();
  std::swap(bundle.signed_prekey_signature, bundle.kyber_prekey_signature);
  EXPECT_EQ(start(bundle, pair_.ben.with(pair_.ana)), SOTTO_INVALID_SIGNATURE);
  bundle = pair_.ana.bundle();
  bundle.kyber_prekey_signature.size = 0;
  EXPECT_EQ(start(bundle, pair_.ben.with(pair_.ana)), SOTTO_INVALID_SIGNATURE);
}

TEST_F(ApiRefusal, ABundleWithAKeyThatIsNone) {
  for (sotto_view sotto_prekey_bundle::* key :
       {&sotto_prekey_bundle::identity_key, &sotto_prekey_bundle::signed_prekey, &sotto_prekey_bundle::kyber_prekey,
        &sotto_prekey_bundle::one_time_prekey}) {
    sotto_prekey_bundle bundle = pair_.ana.bundle();
    (bundle.*key).size -= 1;
    EXPECT_EQ(start(bundle, pair_.ben.with(pair_.ana)), SOTTO_INVALID_KEY);
  }
}

TEST(ApiBuffers, AskTheirSizeFirst) {
  Pair pair;
  const sotto_context context = pair.ana.with(pair.ben);
  const Blob text = blob("hello");
  const Blob before = pair.ana.serialized();
  Session after;
  sotto_message_type type{};
  sotto_buffer question{};
  ASSERT_EQ(sotto_session_encrypt(pair.ana.session.get(), view(text), &context, Out(after), &type, &question),
            SOTTO_BUFFER_TOO_SMALL);
  EXPECT_EQ(after, nullptr);
  EXPECT_EQ(type, sotto_message_type{});
  EXPECT_EQ(pair.ana.serialized(), before);

  Room too_small(question.size - 1);
  EXPECT_EQ(sotto_session_encrypt(pair.ana.session.get(), view(text), &context, Out(after), &type, too_small),
            SOTTO_BUFFER_TOO_SMALL);
  EXPECT_EQ(after, nullptr);
  EXPECT_TRUE(too_small.is_untouched());
  EXPECT_EQ(too_small.size(), question.size);

  Room enough(question.size);
  EXPECT_EQ(sotto_session_encrypt(pair.ana.session.get(), view(text), &context, Out(after), &type, enough), SOTTO_OK);
  EXPECT_NE(after, nullptr);
}

TEST(ApiBuffers, AMessageCanBeDecryptedAgainAfterOneWasTooSmall) {
  Pair pair;
  pair.settle();
  const Message sent = pair.ana.send(pair.ben, "five!");
  const sotto_context context = pair.ben.with(pair.ana);
  Session after;
  Room four(4), five(5);
  EXPECT_EQ(sotto_session_decrypt(pair.ben.session.get(), view(sent.bytes), &context, Out(after), four),
            SOTTO_BUFFER_TOO_SMALL);
  EXPECT_EQ(four.size(), 5u);
  EXPECT_TRUE(four.is_untouched());
  EXPECT_EQ(sotto_session_decrypt(pair.ben.session.get(), view(sent.bytes), &context, Out(after), five), SOTTO_OK);
  EXPECT_EQ(five.taken(), blob("five!"));
}

TEST(ApiBuffers, AnEmptyTextNeedsNone) {
  Pair pair;
  pair.settle();
  const Message sent = pair.ana.send(pair.ben, "");
  const sotto_context context = pair.ben.with(pair.ana);
  Session after;
  sotto_buffer none{};
  EXPECT_EQ(sotto_session_decrypt(pair.ben.session.get(), view(sent.bytes), &context, Out(after), &none), SOTTO_OK);
  EXPECT_NE(after, nullptr);
  EXPECT_EQ(none.size, 0u);
}

TEST(ApiBuffers, PrekeyRecordsFitTheirBound) {
  const KeyPair identity = new_key_pair();
  std::uint8_t key[SOTTO_KYBER_PUBLIC_KEY_SIZE], signature[SOTTO_SIGNATURE_SIZE];
  Room record(SOTTO_PREKEY_RECORD_MAX_SIZE);
  ASSERT_EQ(sotto_kyber_prekey_generate(0xffff'ffff, identity.get(), ~0ull, nullptr, record, key, signature), SOTTO_OK);
  EXPECT_EQ(key[0], 0x08);
  Room too_small(record.size() - 1);
  std::uint8_t untouched[SOTTO_KYBER_PUBLIC_KEY_SIZE] = {1, 2, 3};
  EXPECT_EQ(sotto_kyber_prekey_generate(0xffff'ffff, identity.get(), ~0ull, nullptr, too_small, untouched, signature),
            SOTTO_BUFFER_TOO_SMALL);
  EXPECT_EQ(untouched[0], 1);
  Blob identity_key = public_key(identity);
  EXPECT_EQ(sotto_verify(view(identity_key), view(key), view(signature)), SOTTO_OK);
}

}  // namespace
}  // namespace sotto::test

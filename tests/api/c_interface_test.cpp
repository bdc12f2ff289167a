// The rules that hold for every function of the C interface: buffers, NULLs, and that a failure changes nothing.
#include <gtest/gtest.h>

#include <cstring>

#include "protocol/session/record.hpp"
#include "sotto/protocol.hpp"

namespace sotto {
namespace {

template <class T>
T must(Result<T> result) {
  EXPECT_TRUE(result) << text_of(result.status());
  return *std::move(result);
}

struct Device {
  explicit Device(const char* account) : address{account, 1} {}
  Address address;
  KeyPair identity = must(KeyPair::generate());
  SignedPreKey signed_prekey = must(make_signed_prekey(1, identity, 0));
  KyberPreKey kyber_prekey = must(make_kyber_prekey(2, identity, 0));
  OneTimePreKey one_time = must(make_one_time_prekey(3));
  PublicKey key = identity.public_key();

  Context with(const Device& other, View known = {}) const {
    return {.identity = identity,
            .registration_id = 5,
            .local = address,
            .remote = other.address,
            .known_identity = known,
            .now_ms = 1'000'000};
  }
  sotto_prekey_bundle bundle() const { return bundle_of(5, 1, key, signed_prekey, kyber_prekey, &one_time); }
  sotto_prekey_records records() const {
    return {detail::c_view(one_time.record), detail::c_view(signed_prekey.record), detail::c_view(kyber_prekey.record)};
  }
};

class CInterface : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(start(), SOTTO_OK);
    here_ = must(Session().start(there.bundle(), here.with(there)));
  }
  void converse() {
    const auto first = must(here_.encrypt(view("first"), here.with(there)));
    here_ = must(Session::parse(must(first.after.serialize())));
    auto received = must(Session().decrypt_prekey(first.message, there.records(), there.with(here)));
    EXPECT_TRUE(received.began_session);
    auto answer = must(received.after.encrypt(view("answer"), there.with(here)));
    there_ = std::move(answer.after);
    here_ = must(here_.decrypt(answer.message, here.with(there))).after;
  }

  Device here{"9d0652a3-dcc3-4d11-975f-74d61598733f"}, there{"796abedb-ca4e-4f18-8803-1fde5b921f9f"};
  Session here_, there_;
};

TEST_F(CInterface, ABufferThatIsTooSmallSaysWhatIsNeededAndNothingHasHappened) {
  converse();
  const sotto_context around = here.with(there).c();
  const Bytes before = must(here_.serialize());
  sotto_session* after = nullptr;
  sotto_message_type type{};
  sotto_buffer ask{nullptr, 0, 0};
  EXPECT_EQ(sotto_session_encrypt(here_.get(), detail::c_view(view("text")), &around, &after, &type, &ask),
            SOTTO_BUFFER_TOO_SMALL);
  EXPECT_EQ(after, nullptr);
  ASSERT_GT(ask.size, 50u);

  Bytes room(ask.size);
  sotto_buffer short_by_one{room.data(), room.size() - 1, 0};
  EXPECT_EQ(sotto_session_encrypt(here_.get(), detail::c_view(view("text")), &around, &after, &type, &short_by_one),
            SOTTO_BUFFER_TOO_SMALL);
  EXPECT_EQ(short_by_one.size, ask.size);
  EXPECT_EQ(after, nullptr);

  sotto_buffer exact{room.data(), room.size(), 0};
  EXPECT_EQ(sotto_session_encrypt(here_.get(), detail::c_view(view("text")), &around, &after, &type, &exact), SOTTO_OK);
  EXPECT_EQ(exact.size, room.size());
  ASSERT_NE(after, nullptr);
  sotto_session_free(after);
  EXPECT_EQ(must(here_.serialize()), before);
}

TEST_F(CInterface, TheSameOnTheReceivingSide) {
  converse();
  const auto sent = must(here_.encrypt(view("text"), here.with(there)));
  const sotto_context around = there.with(here).c();
  sotto_session* after = nullptr;
  sotto_buffer ask{nullptr, 0, 0};
  EXPECT_EQ(sotto_session_decrypt(there_.get(), detail::c_view(sent.message), &around, &after, &ask),
            SOTTO_BUFFER_TOO_SMALL);
  EXPECT_EQ(ask.size, 4u);
  EXPECT_EQ(after, nullptr);
  EXPECT_EQ(must(there_.decrypt(sent.message, there.with(here))).plaintext, Bytes({'t', 'e', 'x', 't'}));
}

TEST_F(CInterface, NullWhereThereMustBeSomethingIsAnInvalidArgument) {
  sotto_key_pair* keys = nullptr;
  sotto_session* session = nullptr;
  sotto_sender_key* sender_key = nullptr;
  sotto_opened* opened = nullptr;
  sotto_sent_message* sent = nullptr;
  sotto_message_type type{};
  sotto_buffer buffer{nullptr, 0, 0};
  std::uint8_t bytes[64] = {};
  const sotto_view null_with_size{nullptr, 7};
  const sotto_context around = here.with(there).c();
  EXPECT_EQ(sotto_key_pair_generate(nullptr, nullptr), SOTTO_INVALID_ARGUMENT);
  EXPECT_EQ(sotto_key_pair_from_private(null_with_size, &keys), SOTTO_INVALID_ARGUMENT);
  EXPECT_EQ(sotto_sign(nullptr, {}, nullptr, bytes), SOTTO_INVALID_ARGUMENT);
  EXPECT_EQ(sotto_agree(nullptr, {}, bytes), SOTTO_INVALID_ARGUMENT);
  EXPECT_EQ(sotto_one_time_prekey_generate(1, nullptr, nullptr, bytes), SOTTO_INVALID_ARGUMENT);
  EXPECT_EQ(sotto_signed_prekey_generate(1, nullptr, 0, nullptr, &buffer, bytes, bytes), SOTTO_INVALID_ARGUMENT);
  EXPECT_EQ(sotto_session_parse(null_with_size, &session), SOTTO_INVALID_ARGUMENT);
  EXPECT_EQ(sotto_session_parse({}, nullptr), SOTTO_INVALID_ARGUMENT);
  EXPECT_EQ(sotto_session_start(nullptr, nullptr, &around, &session), SOTTO_INVALID_ARGUMENT);
  EXPECT_EQ(sotto_session_encrypt(here_.get(), {}, nullptr, &session, &type, &buffer), SOTTO_INVALID_ARGUMENT);
  EXPECT_EQ(sotto_session_encrypt(here_.get(), {}, &around, nullptr, &type, &buffer), SOTTO_INVALID_ARGUMENT);
  EXPECT_EQ(sotto_session_decrypt(here_.get(), null_with_size, &around, &session, &buffer), SOTTO_INVALID_ARGUMENT);
  EXPECT_EQ(sotto_prekey_message_read({}, nullptr), SOTTO_INVALID_ARGUMENT);
  EXPECT_EQ(sotto_sender_key_accept(nullptr, null_with_size, &sender_key), SOTTO_INVALID_ARGUMENT);
  EXPECT_EQ(sotto_sender_key_encrypt(nullptr, nullptr, {}, nullptr, &sender_key, &buffer), SOTTO_INVALID_ARGUMENT);
  EXPECT_EQ(sotto_open_sealed({}, nullptr, nullptr, 0, &opened), SOTTO_INVALID_ARGUMENT);
  EXPECT_EQ(sotto_opened_verify(nullptr, nullptr), SOTTO_INVALID_ARGUMENT);
  EXPECT_EQ(sotto_sent_message_parse(null_with_size, &sent), SOTTO_INVALID_ARGUMENT);
  EXPECT_EQ(sotto_fingerprint(nullptr, nullptr, 2, 5'200, nullptr, &buffer), SOTTO_INVALID_ARGUMENT);
  EXPECT_EQ(sotto_decryption_error_read({}, nullptr), SOTTO_INVALID_ARGUMENT);
  EXPECT_EQ(session, nullptr);
  sotto_session_free(nullptr);
  sotto_key_pair_free(nullptr);
  sotto_sender_key_free(nullptr);
  sotto_opened_free(nullptr);
  sotto_sent_message_free(nullptr);
}

TEST_F(CInterface, EveryStatusHasATextAndTheVersionIsTheHeaders) {
  for (int status = -1; status < 110; ++status) {
    ASSERT_NE(sotto_status_text(static_cast<sotto_status>(status)), nullptr);
    EXPECT_GT(std::strlen(sotto_status_text(static_cast<sotto_status>(status))), 1u);
  }
  EXPECT_EQ(std::string(sotto_version()), std::to_string(SOTTO_PROTOCOL_VERSION_MAJOR) + "." +
                                              std::to_string(SOTTO_PROTOCOL_VERSION_MINOR) + "." +
                                              std::to_string(SOTTO_PROTOCOL_VERSION_PATCH));
}

TEST_F(CInterface, ARecordOfOursIsTheSameOnBothSidesOfTheInterface) {
  converse();
  const Bytes stored = must(here_.serialize());
  const auto inside = protocol::Record::parse(stored);
  ASSERT_TRUE(inside);
  EXPECT_TRUE(base::same(inside->serialize().expose(), stored));
  EXPECT_EQ(must(must(Session::parse(stored)).serialize()), stored);
  EXPECT_EQ(must(here_.remote_identity()), there.key);
  EXPECT_EQ(must(here_.remote_registration_id()), 5u);
}

TEST_F(CInterface, SaysWhyASessionCanNotDoIt) {
  EXPECT_EQ(Session().encrypt({}, here.with(there)).status(), SOTTO_NO_SESSION);
  EXPECT_EQ(Session::parse(view("nonsense")).status(), SOTTO_INVALID_SESSION);
  EXPECT_EQ(Session().start(there.bundle(), here.with(there, here.key)).status(), SOTTO_UNTRUSTED_IDENTITY);
  auto spoiled = there.bundle();
  const Signature wrong{};
  spoiled.kyber_prekey_signature = detail::c_view(wrong);
  EXPECT_EQ(Session().start(spoiled, here.with(there)).status(), SOTTO_INVALID_SIGNATURE);
  const PublicKey none{0x06};
  spoiled = there.bundle();
  spoiled.one_time_prekey = detail::c_view(none);
  EXPECT_EQ(Session().start(spoiled, here.with(there)).status(), SOTTO_INVALID_KEY);

  Context late = here.with(there);
  late.now_ms += 31ull * 86'400'000;
  EXPECT_TRUE(here_.is_pending());
  EXPECT_FALSE(here_.can_send(late.now_ms));
  EXPECT_EQ(here_.encrypt({}, late).status(), SOTTO_NO_SESSION);
  EXPECT_EQ(must(here_.archive()).encrypt({}, here.with(there)).status(), SOTTO_NO_SESSION);

  const auto first = must(here_.encrypt(view("first"), here.with(there)));
  auto without = there.records();
  without.one_time = {nullptr, 0};
  EXPECT_EQ(Session().decrypt_prekey(first.message, without, there.with(here)).status(), SOTTO_UNKNOWN_PREKEY);
  const auto names = must(read_prekey_message(first.message));
  EXPECT_EQ(names.one_time_prekey_id, 3u);
  EXPECT_EQ(names.signed_prekey_id, 1u);
  EXPECT_EQ(names.kyber_prekey_id, 2u);
  EXPECT_TRUE(std::equal(here.key.begin(), here.key.end(), names.identity_key));
}

TEST_F(CInterface, AForgedOrRepeatedMessageLeavesTheRecordAsItWas) {
  converse();
  auto sent = must(here_.encrypt(view("text"), here.with(there)));
  const Bytes before = must(there_.serialize());
  Bytes forged = sent.message;
  forged.back() ^= 1;
  EXPECT_EQ(there_.decrypt(forged, there.with(here)).status(), SOTTO_INVALID_MESSAGE);
  EXPECT_EQ(must(there_.serialize()), before);
  const auto read = must(there_.decrypt(sent.message, there.with(here)));
  EXPECT_EQ(must(there_.serialize()), before);
  EXPECT_EQ(read.after.decrypt(sent.message, there.with(here)).status(), SOTTO_DUPLICATE_MESSAGE);
}

TEST_F(CInterface, AGroupReadsWhatItsSenderWrites) {
  const Uuid id{1, 2, 3};
  auto given = must(SenderKey().distribute(id));
  EXPECT_EQ(must(distribution_message_id(given.message)), id);
  const SenderKey receiver = must(SenderKey().accept(given.message));
  const auto sent = must(given.after.encrypt(id, view("to all")));
  EXPECT_EQ(must(sender_key_message_id(sent.message)), id);
  auto read = must(must(SenderKey::parse(must(receiver.serialize()))).decrypt(sent.message));
  EXPECT_EQ(read.plaintext.size(), 6u);
  EXPECT_EQ(read.after.decrypt(sent.message).status(), SOTTO_DUPLICATE_MESSAGE);
  EXPECT_EQ(SenderKey().decrypt(sent.message).status(), SOTTO_NO_SENDER_KEY);
  EXPECT_EQ(SenderKey().encrypt(id, {}).status(), SOTTO_NO_SENDER_KEY);
  EXPECT_EQ(receiver.encrypt(id, {}).status(), SOTTO_INVALID_SESSION);
  Bytes forged = sent.message;
  forged.back() ^= 1;
  EXPECT_EQ(receiver.decrypt(forged).status(), SOTTO_INVALID_SIGNATURE);
}

TEST_F(CInterface, ASealedMessageIsBelievedUnderItsRootAndInItsTimeOnly) {
  const auto root = must(KeyPair::generate()), server = must(KeyPair::generate());
  const auto issuer = must(issue_server_certificate(1, server.public_key(), root));
  const auto certificate = must(issue_sender_certificate(here.address, here.key, 100, issuer, server));
  const auto inner = must(here_.encrypt(view("hidden"), here.with(there)));
  const auto content =
      must(SealedContent{inner.type, certificate, inner.message, SOTTO_HINT_RESENDABLE, {}}.serialize());
  const Secret kept = must(here.identity.agree(there.key));
  for (const View agreement : {View(), View(kept)}) {
    const auto sealed = must(seal(content, here.identity, there.key, agreement));
    const auto opened = must(Opened::open(sealed, there.identity));
    const PublicKey roots[] = {server.public_key(), root.public_key()};
    EXPECT_EQ(opened.verify(roots, 100, there.address), SOTTO_OK);
    EXPECT_EQ(opened.verify(roots, 101, there.address), SOTTO_INVALID_CERTIFICATE);
    EXPECT_EQ(opened.verify({roots, 1}, 100, there.address), SOTTO_INVALID_CERTIFICATE);
    EXPECT_EQ(opened.verify(roots, 100, here.address), SOTTO_SELF_SEND);
    EXPECT_EQ(opened.sender().name, here.address.name);
    EXPECT_EQ(opened.identity(), here.key);
    EXPECT_EQ(opened.hint(), SOTTO_HINT_RESENDABLE);
    EXPECT_EQ(opened.type(), SOTTO_MESSAGE_PREKEY);
    EXPECT_EQ(must(Session().decrypt_prekey(opened.message(), there.records(), there.with(here))).plaintext.size(), 6u);
    EXPECT_EQ(Opened::open(sealed, here.identity).status(), SOTTO_INVALID_MESSAGE);
  }
}

TEST_F(CInterface, APhoneNumberIsCertifiedAndKnowsOnesOwnMessage) {
  const auto root = must(KeyPair::generate());
  const auto issuer = must(issue_server_certificate(1, root.public_key(), root));
  const auto certificate =
      must(issue_sender_certificate(here.address, here.key, 100, issuer, root, nullptr, "+15550100"));
  const auto content = must(SealedContent{SOTTO_MESSAGE_SIGNAL, certificate, view("inner"), 0, {}}.serialize());
  const auto opened = must(Opened::open(must(seal(content, here.identity, there.key)), there.identity));
  EXPECT_EQ(opened.phone_number(), "+15550100");
  const PublicKey root_key = root.public_key();
  sotto_reception reception{};
  reception.trust_roots = root_key.data();
  reception.trust_root_count = 1;
  reception.local = there.address.c();
  EXPECT_EQ(opened.verify(reception), SOTTO_OK);
  reception.local_phone_number = "+15550100";
  EXPECT_EQ(opened.verify(reception), SOTTO_SELF_SEND);
  const sotto_view none{};
  reception.known_servers = &none;
  reception.known_server_count = 1;
  EXPECT_EQ(opened.verify(reception), SOTTO_INVALID_CERTIFICATE);
}

TEST_F(CInterface, AnUploadIsSplitAndWhoseSealFailsIsLeftOut) {
  const auto root = must(KeyPair::generate());
  const auto issuer = must(issue_server_certificate(1, root.public_key(), root));
  const auto certificate = must(issue_sender_certificate(here.address, here.key, 100, issuer, root));
  const auto content = must(SealedContent{SOTTO_MESSAGE_SENDER_KEY, certificate, view("inner"), 0, {}}.serialize());
  const std::uint8_t devices[] = {1, 2};
  const std::uint32_t registrations[] = {7, 0x3FFF};
  PublicKey small_order{0x05};
  sotto_sealed_recipient recipients[2]{};
  recipients[0].identity_key = detail::c_view(there.key);
  recipients[1].identity_key = detail::c_view(small_order);
  recipients[1].service_id[16] = 1;
  for (auto& one : recipients) {
    one.device_ids = devices;
    one.registration_ids = registrations;
    one.device_count = 2;
  }
  Bytes excluded(17);
  excluded[16] = 9;
  const auto made = must(seal_for_many(content, here.identity, recipients, excluded));
  EXPECT_EQ(made.left_out, (std::vector<std::uint8_t>{0, 1}));

  const auto sent = must(SentMessage::parse(made.message));
  EXPECT_FALSE(sent.has_repeated_recipients());
  ASSERT_EQ(sent.recipient_count(), 2u);
  const auto first = must(sent.recipient(0));
  ASSERT_EQ(first.devices.size(), 2u);
  EXPECT_EQ(first.devices[1].registration_id, 0x3FFFu);
  EXPECT_TRUE(must(sent.recipient(1)).devices.empty());
  EXPECT_EQ(sent.received_by(1).status(), SOTTO_INVALID_ARGUMENT);
  EXPECT_EQ(sent.received_by(2).status(), SOTTO_INVALID_ARGUMENT);
  const auto opened = must(Opened::open(must(sent.received_by(0)), there.identity));
  EXPECT_EQ(opened.message().size(), 5u);

  const std::uint32_t too_large[] = {7, 0x4000};
  recipients[0].registration_ids = too_large;
  EXPECT_EQ(seal_for_many(content, here.identity, recipients).status(), SOTTO_INVALID_SESSION);
}

TEST_F(CInterface, SafetyNumbersAndDecryptionErrorsComeThrough) {
  const Uuid ana{1}, ben{2};
  const auto hers = must(fingerprint(ana, here.key, ben, there.key)),
             his = must(fingerprint(ben, there.key, ana, here.key));
  EXPECT_EQ(hers.digits, his.digits);
  EXPECT_TRUE(must(matches_scanned(hers.scannable, his.scannable)));
  EXPECT_FALSE(must(matches_scanned(hers.scannable, hers.scannable)));
  EXPECT_EQ(fingerprint(ana, here.key, ben, there.key, 2, 1).status(), SOTTO_INVALID_FINGERPRINT);
  EXPECT_EQ(matches_scanned(view("x"), his.scannable).status(), SOTTO_INVALID_FINGERPRINT);

  converse();
  const auto sent = must(here_.encrypt(view("text"), here.with(there)));
  const auto error = must(read_decryption_error(must(make_decryption_error(sent.type, sent.message, 77, 1))));
  EXPECT_EQ(error.timestamp_ms, 77u);
  EXPECT_EQ(error.device_id, 1u);
  ASSERT_NE(error.has_ratchet_key, 0);
  EXPECT_TRUE(sent.after.current_ratchet_key_matches({error.ratchet_key, SOTTO_PUBLIC_KEY_SIZE}));
  EXPECT_FALSE(there_.current_ratchet_key_matches({error.ratchet_key, SOTTO_PUBLIC_KEY_SIZE}));
  EXPECT_EQ(make_decryption_error(SOTTO_MESSAGE_PLAINTEXT, sent.message, 77, 1).status(), SOTTO_INVALID_ARGUMENT);
}

TEST_F(CInterface, KeysSignAndAgree) {
  const auto signature = must(here.identity.sign(view("message")));
  EXPECT_EQ(verify(here.key, view("message"), signature), SOTTO_OK);
  EXPECT_EQ(verify(here.key, view("another"), signature), SOTTO_INVALID_SIGNATURE);
  EXPECT_EQ(verify(view("no key"), view("message"), signature), SOTTO_INVALID_KEY);
  EXPECT_EQ(must(here.identity.agree(there.key)), must(there.identity.agree(here.key)));
  EXPECT_EQ(here.identity.agree(PublicKey{0x05}).status(), SOTTO_INVALID_KEY);
  EXPECT_EQ(must(KeyPair::from_private(here.identity.private_key())).public_key(), here.key);
  EXPECT_EQ(KeyPair::from_private(view("short")).status(), SOTTO_INVALID_KEY);
  const auto alternate = must(here.identity.sign_alternate_identity(there.key));
  EXPECT_EQ(verify_alternate_identity(here.key, there.key, alternate), SOTTO_OK);
  EXPECT_EQ(verify_alternate_identity(there.key, here.key, alternate), SOTTO_INVALID_SIGNATURE);
}

static_assert(!std::is_copy_constructible_v<KeyPair> && !std::is_copy_constructible_v<Session> &&
              !std::is_copy_constructible_v<SenderKey> && !std::is_copy_constructible_v<Opened> &&
              !std::is_copy_constructible_v<SentMessage>);
static_assert(std::is_nothrow_move_constructible_v<KeyPair> && std::is_nothrow_move_assignable_v<Session> &&
              std::is_nothrow_move_assignable_v<SenderKey> && std::is_nothrow_move_assignable_v<Opened>);

}  // namespace
}  // namespace sotto

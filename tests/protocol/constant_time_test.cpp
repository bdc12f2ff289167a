// Runs under valgrind: "secret" is what it is told is undefined, and it reports each jump or address made from that.
// What may be known, the answers that end a message, is listed in constant_time.supp.
#include <gtest/gtest.h>
#include <valgrind/memcheck.h>

#include <cstring>

#include "crypto/equal.hpp"
#include "crypto/start.hpp"
#include "protocol/sealed/open.hpp"
#include "protocol/sealed/seal.hpp"
#include "protocol/sealed/seal_for_many.hpp"
#include "protocol/sealed/version_1.hpp"
#include "protocol/sealed/version_2.hpp"
#include "protocol/sender_key/decrypt.hpp"
#include "protocol/sender_key/distribute.hpp"
#include "protocol/sender_key/encrypt.hpp"
#include "protocol/session/decrypt.hpp"
#include "protocol/session/encrypt.hpp"
#include "protocol/session/start.hpp"
#include "relay/sent_message.hpp"
#include "support/seeded_random.hpp"

namespace sotto::protocol {
namespace {

class ProtocolConstantTime : public testing::Test {
 protected:
  void SetUp() override {
    if (RUNNING_ON_VALGRIND == 0) GTEST_SKIP() << "only valgrind can tell";
    ASSERT_TRUE(crypto::start());
    complaints_ = VALGRIND_COUNT_ERRORS;
  }
  unsigned complaints() const { return static_cast<unsigned>(VALGRIND_COUNT_ERRORS - complaints_); }

  static void make_secret(base::View bytes) { VALGRIND_MAKE_MEM_UNDEFINED(bytes.data(), bytes.size()); }
  static void make_known(base::View bytes) { VALGRIND_MAKE_MEM_DEFINED(bytes.data(), bytes.size()); }
  static void make_known(const void* at, std::size_t size) { VALGRIND_MAKE_MEM_DEFINED(at, size); }

  base::Blob sealed_for_many(const base::Blob& content) {
    const std::array recipients{SealedRecipient{{}, {{DeviceId(1), RegistrationId(1)}}, recipient_.public_key}};
    const auto sent = relay::SentMessage::parse(seal_for_many(content, sender_, {recipients}, random_)->message);
    return sent->received_by(sent->recipients[0]);
  }

  test::SeededRandom random_{1};
  crypto::KeyPair sender_ = crypto::KeyPair::generate(random_), recipient_ = crypto::KeyPair::generate(random_);
  crypto::KeyPair ephemeral_ = crypto::KeyPair::generate(random_);
  base::Blob content_ = base::Blob(500, 7);
  unsigned complaints_ = 0;
};

TEST_F(ProtocolConstantTime, ASecretThatIsJumpedOnIsNoticed) {
  base::Bytes<32> tag = random_.bytes<32>(), expected = tag;
  make_secret(tag);
  bool same = false;
  if (std::memcmp(tag.data(), expected.data(), tag.size()) == 0) same = true;
  make_known(&same, sizeof same);
  EXPECT_TRUE(same);
  EXPECT_GT(complaints(), 0u);
}

// --- sealed sender version 1

TEST_F(ProtocolConstantTime, OpeningALayerOfVersion1NeverBranchesOnItsKeysOrItsMac) {
  const auto agreed = *crypto::agree(ephemeral_.private_key, recipient_.public_key);
  make_secret(agreed.expose());
  const auto outer = sealed_v1::outer_keys(agreed, recipient_.public_key, ephemeral_.public_key);
  base::Blob encrypted_static = sealed_v1::seal_layer(outer, sender_.public_key.serialize());
  make_known(encrypted_static);
  const auto key = sealed_v1::open_layer(outer, encrypted_static);
  ASSERT_TRUE(key);
  make_known(*key);
  EXPECT_TRUE(base::same(*key, sender_.public_key.serialize()));

  const auto inner = sealed_v1::inner_keys(agreed, outer.chain, encrypted_static);
  const base::Blob encrypted_message = sealed_v1::seal_layer(inner, content_);
  make_known(encrypted_message);
  const auto content = sealed_v1::open_layer(inner, encrypted_message);
  ASSERT_TRUE(content);
  make_known(*content);
  EXPECT_EQ(*content, content_);
  EXPECT_EQ(complaints(), 0u);
}

TEST_F(ProtocolConstantTime, RefusingAForgedVersion1NeverBranchesOnThePrivateKey) {
  base::Blob forged = *seal(content_, sender_, recipient_.public_key, random_);
  forged[60] ^= 1;  // in the sealed key
  make_secret(recipient_.private_key.expose());
  const auto opened = open_sealed(forged, recipient_);
  make_known(recipient_.private_key.expose());
  EXPECT_EQ(opened.error(), Error::invalid_message);
  EXPECT_EQ(complaints(), 0u);
}

TEST_F(ProtocolConstantTime, SealingNeverBranchesOnThePrivateKey) {
  make_secret(sender_.private_key.expose());
  const auto sealed = seal(content_, sender_, recipient_.public_key, random_);
  make_known(sender_.private_key.expose());
  ASSERT_TRUE(sealed);
  make_known(*sealed);
  EXPECT_EQ(complaints(), 0u);
}

// --- sealed sender version 2

TEST_F(ProtocolConstantTime, OpeningVersion2NeverBranchesOnItsSecretsOrItsTags) {
  const sealed_v2::Share share{ephemeral_.public_key, recipient_.public_key};
  const auto agreed = *crypto::agree(ephemeral_.private_key, recipient_.public_key);
  const sealed_v2::MessageSecret made(random_.bytes<32>());
  const auto masked = sealed_v2::mask(made, agreed, share);
  const base::Blob ciphertext =
      crypto::aead::seal(sealed_v2::cipher_key_of(made).expose(), sealed_v2::zero_nonce, content_, {});
  const auto tag = sealed_v2::authentication_tag(agreed, masked, sender_.public_key, share);

  make_secret(agreed.expose());
  const auto secret = sealed_v2::unmask(masked, agreed, share);
  const auto ephemeral = sealed_v2::ephemeral_of(secret);
  bool is_same = crypto::equal(ephemeral.public_key.u(), ephemeral_.public_key.u());
  const auto expected = sealed_v2::authentication_tag(agreed, masked, sender_.public_key, share);
  bool is_authentic = crypto::equal(expected, tag);
  make_known(&is_same, sizeof is_same);
  make_known(&is_authentic, sizeof is_authentic);
  EXPECT_FALSE(is_same);
  EXPECT_TRUE(is_authentic);

  const auto content =
      crypto::aead::open(sealed_v2::cipher_key_of(secret).expose(), sealed_v2::zero_nonce, ciphertext, {});
  ASSERT_TRUE(content);
  make_known(*content);
  EXPECT_EQ(*content, content_);
  EXPECT_EQ(complaints(), 0u);
}

TEST_F(ProtocolConstantTime, RefusingAForgedVersion2NeverBranchesOnThePrivateKey) {
  for (const std::size_t at : {5u, 200u}) {  // in the masked secret, in the ciphertext
    base::Blob forged = sealed_for_many(content_);
    forged[at] ^= 1;
    make_secret(recipient_.private_key.expose());
    const auto opened = open_sealed(forged, recipient_);
    make_known(recipient_.private_key.expose());
    EXPECT_EQ(opened.error(), Error::invalid_message);
  }
  EXPECT_EQ(complaints(), 0u);
}

TEST_F(ProtocolConstantTime, SealingForManyNeverBranchesOnThePrivateKey) {
  const std::array recipients{SealedRecipient{{}, {{DeviceId(1), RegistrationId(1)}}, recipient_.public_key}};
  make_secret(sender_.private_key.expose());
  const auto sealed = seal_for_many(content_, sender_, {recipients}, random_);
  make_known(sender_.private_key.expose());
  ASSERT_TRUE(sealed);
  make_known(sealed->message);
  EXPECT_EQ(complaints(), 0u);
}

// --- sender keys

class SenderKeyConstantTime : public ProtocolConstantTime {
 protected:
  const DistributionId group_{};
  Distribution made_ = create_distribution({}, group_, random_);
  SenderKeyRecord receiver_ = process_distribution({}, made_.message);

  void make_chain_secret(const SenderKeyRecord& record) { make_secret(record.first()->chain.key.expose()); }
};

TEST_F(SenderKeyConstantTime, DecryptingNeverBranchesOnTheChainOrThePadding) {
  const auto sent = sender_key_encrypt(made_.record, group_, content_, random_);
  const auto message = SenderKeyMessage::parse(sent->message);
  make_chain_secret(receiver_);
  const auto received = sender_key_decrypt(receiver_, *message);
  make_known(&received, sizeof received);
  ASSERT_TRUE(received);
  make_known(received->plaintext);
  EXPECT_EQ(received->plaintext, content_);
  EXPECT_EQ(complaints(), 0u);
}

TEST_F(SenderKeyConstantTime, RefusingBadPaddingNeverBranchesOnIt) {
  const SenderKeyState& state = *made_.record.first();
  const base::Blob bytes =
      SenderKeyMessage::write({group_, state.chain_id, 0, base::Blob(64, 9)}, *state.own_signing_key, random_);
  const auto message = SenderKeyMessage::parse(bytes);
  make_chain_secret(receiver_);
  const auto received = sender_key_decrypt(receiver_, *message);
  make_known(&received, sizeof received);
  EXPECT_EQ(received.error(), Error::invalid_message);
  EXPECT_EQ(complaints(), 0u);
}

TEST_F(SenderKeyConstantTime, EncryptingNeverBranchesOnTheChainOrTheSigningKey) {
  const SenderKeyState& state = *made_.record.first();
  make_chain_secret(made_.record);
  make_secret(state.own_signing_key->private_key().expose());
  const auto sent = sender_key_encrypt(made_.record, group_, content_, random_);
  ASSERT_TRUE(sent);
  make_known(sent->message);
  make_known(state.own_signing_key->private_key().expose());
  EXPECT_EQ(complaints(), 0u);
  EXPECT_TRUE(SenderKeyMessage::parse(sent->message)->is_signed_by(state.signing_key));
}

// Two devices that know each other. Their states' secrets are marked where they lie.
class SessionConstantTime : public ProtocolConstantTime, public PreKeySource {
 protected:
  void SetUp() override {
    ProtocolConstantTime::SetUp();
    if (IsSkipped()) return;
    const PreKeyBundle bundle{RegistrationId(1),
                              DeviceId(1),
                              recipient_.public_key,
                              {signed_.id, signed_.keys.public_key, base::blob(signed_.signature)},
                              {kyber_.id, kyber_.keys.public_key, base::blob(kyber_.signature)},
                              std::nullopt};
    here_ = start_session({}, bundle, to_there()).value();
    const auto first = encrypt(here_, content_, to_there()).value();
    here_ = first.record;
    first_ = first.message;
    there_ = decrypt_prekey({}, first.message, *this, to_here()).value().record;
  }

  Context to_there() { return {sender_, RegistrationId(1), here_address_, there_address_, everyone_, 0, random_}; }
  Context to_here() { return {recipient_, RegistrationId(1), there_address_, here_address_, everyone_, 0, random_}; }

  static void make_state_secret(const Record& record) {
    const State& state = *record.current();
    make_secret(state.root_key.expose());
    make_secret(state.sending.key.expose());
    make_secret(state.sending.ratchet_key.private_key.expose());
    make_secret(state.spqr.chains.root().expose());
    for (std::size_t i = 0; i < state.receiving.size(); ++i) make_secret(state.receiving[i].key.expose());
  }

  Result<OneTimePreKey> one_time_prekey(PreKeyId) const override { return Error::unknown_prekey; }
  Result<SignedPreKey> signed_prekey(SignedPreKeyId) const override {
    return SignedPreKey{signed_.id, signed_.keys.clone(), signed_.signature, 0};
  }
  Result<KyberPreKey> kyber_prekey(KyberPreKeyId) const override {
    return KyberPreKey{kyber_.id, kyber_.keys.clone(), kyber_.signature, 0};
  }

  const Trust everyone_ = [](const Address&, const crypto::PublicKey&, Use) { return true; };
  const Address here_address_{"here", DeviceId(1)}, there_address_{"there", DeviceId(1)};
  SignedPreKey signed_ = SignedPreKey::generate(SignedPreKeyId(1), recipient_.private_key, 0, random_);
  KyberPreKey kyber_ = KyberPreKey::generate(KyberPreKeyId(1), recipient_.private_key, 0, random_);
  Record here_, there_;
  base::Blob first_;
};

TEST_F(SessionConstantTime, EncryptingNeverBranchesOnTheState) {
  make_state_secret(there_);
  const auto sent = encrypt(there_, content_, to_here());
  make_known(&sent, sizeof sent);
  EXPECT_TRUE(sent);
  EXPECT_EQ(complaints(), 0u);
}

TEST_F(SessionConstantTime, DecryptingAndTurningNeverBranchOnTheState) {
  const auto sent = encrypt(there_, content_, to_here()).value();
  make_state_secret(here_);
  const auto received = decrypt_signal(here_, sent.message, to_there());  // a new ratchet key
  make_known(&received, sizeof received);
  ASSERT_TRUE(received);
  make_known(received->plaintext);
  EXPECT_EQ(received->plaintext, content_);
  EXPECT_EQ(complaints(), 0u);
}

TEST_F(SessionConstantTime, RefusingAForgedMessageNeverBranchesOnTheState) {
  auto sent = encrypt(there_, content_, to_here()).value();
  sent.message.back() ^= 1;
  make_state_secret(here_);
  const auto received = decrypt_signal(here_, sent.message, to_there());
  make_known(&received, sizeof received);
  EXPECT_FALSE(received);
  EXPECT_EQ(complaints(), 0u);
}

TEST_F(SessionConstantTime, AnsweringASessionNeverBranchesOnThePrivateKeys) {
  make_secret(recipient_.private_key.expose());
  make_secret(signed_.keys.private_key.expose());
  const auto received = decrypt_prekey({}, first_, *this, to_here());
  make_known(&received, sizeof received);
  EXPECT_TRUE(received);
  EXPECT_EQ(complaints(), 0u);
}

}  // namespace
}  // namespace sotto::protocol

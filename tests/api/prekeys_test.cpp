#include "protocol/pqxdh/prekeys.hpp"

#include <gtest/gtest.h>

#include "api/device.hpp"
#include "support/seeded_random.hpp"

namespace sotto::test {
namespace {

class ApiPreKeys : public testing::Test {
 protected:
  KeyPair identity_ = new_key_pair();
  Blob identity_key_ = public_key(identity_);
  Room record_{SOTTO_PREKEY_RECORD_MAX_SIZE};
  std::uint8_t key_[SOTTO_PUBLIC_KEY_SIZE] = {};
  std::uint8_t signature_[SOTTO_SIGNATURE_SIZE] = {};
};

TEST_F(ApiPreKeys, AOneTimePrekeyIsARecordOfTheProtocol) {
  ASSERT_EQ(sotto_one_time_prekey_generate(0xFFFF'FFFF, nullptr, record_, key_), SOTTO_OK);
  const auto inside = protocol::OneTimePreKey::parse(record_.taken());
  ASSERT_TRUE(inside);
  EXPECT_EQ(inside->id.value, 0xFFFF'FFFFu);
  EXPECT_TRUE(base::same(inside->keys.public_key.serialize(), key_));
}

TEST_F(ApiPreKeys, ASignedPrekeyIsARecordOfTheProtocolAndItsSignatureIsGood) {
  ASSERT_EQ(sotto_signed_prekey_generate(7, identity_.get(), 1234, nullptr, record_, key_, signature_), SOTTO_OK);
  const auto inside = protocol::SignedPreKey::parse(record_.taken());
  ASSERT_TRUE(inside);
  EXPECT_EQ(inside->id.value, 7u);
  EXPECT_EQ(inside->created_ms, 1234u);
  EXPECT_TRUE(base::same(inside->keys.public_key.serialize(), key_));
  EXPECT_TRUE(base::same(inside->signature, signature_));
  EXPECT_EQ(sotto_verify(view(identity_key_), view(key_), view(signature_)), SOTTO_OK);
}

TEST_F(ApiPreKeys, AKyberPrekeyIsARecordOfTheProtocolAndItsSignatureIsGood) {
  std::uint8_t key[SOTTO_KYBER_PUBLIC_KEY_SIZE];
  ASSERT_EQ(sotto_kyber_prekey_generate(8, identity_.get(), 1234, nullptr, record_, key, signature_), SOTTO_OK);
  const auto inside = protocol::KyberPreKey::parse(record_.taken());
  ASSERT_TRUE(inside);
  EXPECT_EQ(inside->id.value, 8u);
  EXPECT_EQ(inside->created_ms, 1234u);
  EXPECT_TRUE(base::same(inside->keys.public_key.serialize(), key));
  EXPECT_EQ(sotto_verify(view(identity_key_), view(key), view(signature_)), SOTTO_OK);
}

TEST_F(ApiPreKeys, RecordsThatTheProtocolMadeServeTheInterface) {
  SeededRandom random(1);
  const Device ana(ana_account, 1), ben(ben_account, 2);
  std::uint8_t secret[SOTTO_PRIVATE_KEY_SIZE];
  sotto_key_pair_private(ben.identity.get(), secret);
  const auto identity = crypto::PrivateKey::parse(base::View(secret));
  ASSERT_TRUE(identity);
  const auto one_time = protocol::OneTimePreKey::generate(protocol::PreKeyId(1), random);
  const auto signed_one = protocol::SignedPreKey::generate(protocol::SignedPreKeyId(2), *identity, 0, random);
  const auto kyber = protocol::KyberPreKey::generate(protocol::KyberPreKeyId(3), *identity, 0, random);
  const auto view_of = [](const auto& bytes) { return sotto_view{bytes.data(), bytes.size()}; };
  const auto one_time_key = one_time.keys.public_key.serialize(), signed_key = signed_one.keys.public_key.serialize();
  const auto kyber_key = kyber.keys.public_key.serialize();
  sotto_prekey_bundle bundle = ben.bundle();
  bundle.one_time_prekey_id = 1;
  bundle.one_time_prekey = view_of(one_time_key);
  bundle.signed_prekey_id = 2;
  bundle.signed_prekey = view_of(signed_key);
  bundle.signed_prekey_signature = view_of(signed_one.signature);
  bundle.kyber_prekey_id = 3;
  bundle.kyber_prekey = view_of(kyber_key);
  bundle.kyber_prekey_signature = view_of(kyber.signature);

  const sotto_context out = ana.with(ben), in = ben.with(ana);
  const Blob hello = blob("hello");
  Session anas, bens;
  Room message, text;
  sotto_message_type type{};
  ASSERT_EQ(sotto_session_start(nullptr, &bundle, &out, Out(anas)), SOTTO_OK);
  ASSERT_EQ(sotto_session_encrypt(anas.get(), view(hello), &out, Out(anas), &type, message), SOTTO_OK);
  const auto one_time_record = one_time.serialize(), signed_record = signed_one.serialize(),
             kyber_record = kyber.serialize();
  const sotto_prekey_records records{view_of(one_time_record.expose()), view_of(signed_record.expose()),
                                     view_of(kyber_record.expose())};
  const Blob sent = message.taken();
  int began = 0;
  ASSERT_EQ(sotto_session_decrypt_prekey(nullptr, view(sent), &records, &in, Out(bens), text, &began), SOTTO_OK);
  EXPECT_EQ(text.taken(), hello);
}

TEST_F(ApiPreKeys, NoTwoAreAlike) {
  std::uint8_t another[SOTTO_PUBLIC_KEY_SIZE];
  ASSERT_EQ(sotto_one_time_prekey_generate(1, nullptr, record_, key_), SOTTO_OK);
  ASSERT_EQ(sotto_one_time_prekey_generate(1, nullptr, record_, another), SOTTO_OK);
  EXPECT_NE(blob(view(key_)), blob(view(another)));
}

}  // namespace
}  // namespace sotto::test

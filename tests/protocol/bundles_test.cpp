#include <gtest/gtest.h>

#include "protocol/person.hpp"
#include "support/vectors.hpp"

namespace sotto::protocol {
namespace {

using boost::json::value;
using test::hex;

// As a client turns what a service sent into a bundle: nothing if a part is none.
std::optional<PreKeyBundle> bundle_from(const value& raw) {
  const auto identity = crypto::PublicKey::parse(hex(raw, "identity_key"));
  const auto signed_key = crypto::PublicKey::parse(hex(raw, "signed_pre_key"));
  const auto kyber_key = crypto::KyberPublicKey::parse(hex(raw, "kyber_pre_key"));
  const auto device = parse_device_id(test::number(raw, "device_id"));
  if (!identity || !signed_key || !kyber_key || !device) return std::nullopt;
  const auto id = [&](std::string_view member) { return static_cast<std::uint32_t>(test::number(raw, member)); };
  PreKeyBundle bundle{
      .registration_id = RegistrationId(id("registration_id")),
      .device_id = *device,
      .identity_key = *identity,
      .signed_prekey = {SignedPreKeyId(id("signed_pre_key_id")), *signed_key, hex(raw, "signed_pre_key_signature")},
      .kyber_prekey = {KyberPreKeyId(id("kyber_pre_key_id")), *kyber_key, hex(raw, "kyber_pre_key_signature")},
      .one_time_prekey = std::nullopt};
  if (test::has(raw, "one_time_pre_key_id") != test::has(raw, "one_time_pre_key")) return std::nullopt;
  if (test::has(raw, "one_time_pre_key")) {
    const auto one_time = crypto::PublicKey::parse(hex(raw, "one_time_pre_key"));
    if (!one_time) return std::nullopt;
    bundle.one_time_prekey = {PreKeyId(id("one_time_pre_key_id")), *one_time};
  }
  return bundle;
}

TEST(Bundles, AreAcceptedAndRefusedAsRecorded_A18_A19) {
  const value content = test::vectors("signal/bundles.json");
  const auto& cases = content.at("cases").as_array();
  for (const value& one : cases) {
    const std::string note = test::text(one, "note");
    SCOPED_TRACE(note);
    value raw = content.at("base_bundle");
    for (const auto& [name, changed] : one.at("changes_to_base_bundle").as_object()) raw.as_object()[name] = changed;
    const auto bundle = bundle_from(raw);
    test::Person initiator("initiator", 1, 5);
    const bool is_accepted = bundle && initiator.start(*bundle, {"recipient", DeviceId(5)});
    // Where the reference takes coefficients of q or more, we keep FIPS 203's check, which no honest key fails (§1.6).
    const bool is_out_of_range = note.find("coefficients") != std::string::npos;
    EXPECT_EQ(is_accepted, test::text(one, "expect") == "accept" && !is_out_of_range);
    EXPECT_EQ(initiator.record.current() != nullptr, is_accepted);
  }
  EXPECT_EQ(cases.size(), 18u);
}

class StartSession : public testing::Test {
 protected:
  test::Person initiator_{"initiator", 1, 1}, recipient_{"recipient", 2, 2};
  Result<void> start(const PreKeyBundle& bundle) { return initiator_.start(bundle, recipient_.address); }
};

TEST_F(StartSession, AsksTheTrustRuleFirstOfAll) {
  PreKeyBundle bundle = recipient_.publish(true);
  bundle.signed_prekey.signature[0] ^= 1;
  std::vector<Use> asked;
  initiator_.trust = [&](const Address&, const crypto::PublicKey& key, Use use) {
    EXPECT_EQ(key, recipient_.identity.public_key);
    asked.push_back(use);
    return false;
  };
  EXPECT_EQ(start(bundle).error(), Error::untrusted_identity);
  EXPECT_EQ(asked, std::vector{Use::sending});
}

TEST_F(StartSession, SaysWhatIsWrongWithABundle) {
  PreKeyBundle bundle = recipient_.publish(true);
  auto torn = bundle;
  torn.kyber_prekey.signature.clear();
  EXPECT_EQ(start(torn).error(), Error::invalid_signature);
  torn = bundle;
  torn.one_time_prekey->key = crypto::PublicKey(base::Bytes<32>{});
  EXPECT_EQ(start(torn).error(), Error::invalid_key);
  EXPECT_EQ(initiator_.record.current(), nullptr);
}

TEST(PreKeys, ComeBackFromTheirBytes) {
  test::SeededRandom random(1);
  const auto identity = crypto::KeyPair::generate(random);
  const auto one_time = OneTimePreKey::generate(PreKeyId(0), random);
  EXPECT_EQ(OneTimePreKey::parse(one_time.serialize().expose())->keys.public_key, one_time.keys.public_key);
  const auto signed_one = SignedPreKey::generate(SignedPreKeyId(0xffffffff), identity.private_key, 123, random);
  const auto signed_again = SignedPreKey::parse(signed_one.serialize().expose());
  EXPECT_EQ(signed_again->id, signed_one.id);
  EXPECT_EQ(signed_again->signature, signed_one.signature);
  EXPECT_EQ(signed_again->created_ms, 123u);
  const auto kyber = KyberPreKey::generate(KyberPreKeyId(7), identity.private_key, 456, random);
  const auto kyber_again = KyberPreKey::parse(kyber.serialize().expose());
  EXPECT_EQ(kyber_again->keys.public_key, kyber.keys.public_key);
  EXPECT_EQ(kyber_again->signature, kyber.signature);

  EXPECT_EQ(OneTimePreKey::parse({}).error(), Error::invalid_session);
  EXPECT_EQ(SignedPreKey::parse(one_time.serialize().expose()).error(), Error::invalid_session);
  EXPECT_EQ(KyberPreKey::parse(signed_one.serialize().expose()).error(), Error::invalid_session);
}

}  // namespace
}  // namespace sotto::protocol

// Whole sessions with the official package over several epochs of the post-quantum ratchet: what we send must come out
// byte for byte, what it sent must be read.
#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "protocol/recorded_bob.hpp"
#include "protocol/session/decrypt.hpp"
#include "protocol/session/encrypt.hpp"
#include "protocol/session/start.hpp"
#include "protocol/spqr/phase_name.hpp"
#include "support/counted.hpp"
#include "support/seeded_random.hpp"

namespace sotto::protocol {
namespace {

using boost::json::value;
using test::hex;

base::Blob optional_hex(const value& one, std::string_view member) {
  return test::has(one, member) ? hex(one, member) : base::Blob();
}

std::uint32_t number(const value& one, std::string_view member) {
  return static_cast<std::uint32_t>(test::number(one, member));
}

PreKeyBundle bundle_of(const value& one) {
  PreKeyBundle bundle{
      .registration_id = RegistrationId(number(one, "registration_id")),
      .device_id = DeviceId(static_cast<std::uint8_t>(number(one, "device_id"))),
      .identity_key = *crypto::PublicKey::parse(hex(one, "identity_key")),
      .signed_prekey = {SignedPreKeyId(number(one, "signed_pre_key_id")),
                        *crypto::PublicKey::parse(hex(one, "signed_pre_key")), hex(one, "signed_pre_key_signature")},
      .kyber_prekey = {KyberPreKeyId(number(one, "kyber_pre_key_id")),
                       *crypto::KyberPublicKey::parse(hex(one, "kyber_pre_key")), hex(one, "kyber_pre_key_signature")},
      .one_time_prekey = std::nullopt};
  if (test::has(one, "one_time_pre_key")) {
    bundle.one_time_prekey = {PreKeyId(number(one, "one_time_pre_key_id")),
                              *crypto::PublicKey::parse(hex(one, "one_time_pre_key"))};
  }
  return bundle;
}

// The recorded end of one session.
class RecordedEnd {
 public:
  explicit RecordedEnd(const value& session)
      : identity_(test::text(session, "role") == "initiator"
                      ? crypto::KeyPair(*crypto::PrivateKey::parse(hex(session, "identity_private")))
                      : bob_.identity.clone()),
        registration_id_(bob_.registration_id),
        local_(test::address_of(session.at("local"))),
        remote_(test::address_of(session.at("remote"))) {
    if (test::text(session, "role") != "initiator") return;
    registration_id_ = RegistrationId(number(session, "registration_id"));
    test::ScriptedRandom random(base::concat(
        {hex(session, "base_key_private"), hex(session, "kyber_random_32"), hex(session, "first_ratchet_private")}));
    auto started = start_session(record, bundle_of(session.at("bundle")), context(random));
    EXPECT_TRUE(started.has_value() && random.is_used_up());
    record = *std::move(started);
  }

  void send(const value& step) {
    test::ScriptedRandom random(optional_hex(step, "spqr_random"));
    auto sent = encrypt(record, hex(step, "plaintext"), context(random));
    ASSERT_TRUE(sent.has_value());
    EXPECT_EQ(base::to_hex(sent->message), test::text(step, "message"));
    EXPECT_EQ(static_cast<std::uint64_t>(sent->type), test::number(step, "type"));
    EXPECT_TRUE(random.is_used_up());
    record = std::move(sent->record);
  }

  void receive(const value& step) {
    test::ScriptedRandom random(optional_hex(step, "new_ratchet_private"));
    const base::Blob message = hex(step, "message");
    auto received = test::number(step, "type") == 3 ? decrypt_prekey(record, message, bob_, context(random))
                                                    : decrypt_signal(record, message, context(random));
    ASSERT_TRUE(received.has_value());
    EXPECT_EQ(received->plaintext, hex(step, "plaintext"));
    EXPECT_TRUE(random.is_used_up());
    record = std::move(received->record);
  }

  Record record;

 private:
  Context context(base::Random& random) {
    return {.identity = identity_,
            .registration_id = registration_id_,
            .local = local_,
            .remote = remote_,
            .trust = everyone_,
            .now_ms = 1'700'000'000'000,
            .random = random};
  }
  test::RecordedBob bob_;
  crypto::KeyPair identity_;
  RegistrationId registration_id_;
  Address local_, remote_;
  Trust everyone_ = [](const Address&, const crypto::PublicKey&, Use) { return true; };
};

void expect_final(const State& state, const value& recorded) {
  EXPECT_EQ(base::to_hex(state.root_key.expose()), test::text(recorded, "root_key"));
  EXPECT_EQ(base::to_hex(state.sending.key.expose()), test::text(recorded, "sender_chain_key"));
  EXPECT_EQ(state.sending.counter, test::number(recorded, "sender_chain_index"));
  EXPECT_EQ(state.previous_counter, test::number(recorded, "previous_counter"));
  const auto& chains = recorded.at("receiver_chains").as_array();
  ASSERT_EQ(state.receiving.size(), chains.size());
  for (std::size_t i = 0; i < chains.size(); ++i) {
    EXPECT_EQ(base::to_hex(state.receiving[i].ratchet_key.serialize()), test::text(chains[i], "ratchet_key"));
    EXPECT_EQ(base::to_hex(state.receiving[i].key.expose()), test::text(chains[i], "chain_key"));
    EXPECT_EQ(state.receiving[i].counter, test::number(chains[i], "index"));
    EXPECT_EQ(state.receiving[i].skipped.size(), test::number(chains[i], "skipped"));
  }
  const value& spqr = recorded.at("spqr");
  EXPECT_EQ(test::phase_name(state.spqr.braid), test::text(spqr, "state"));
  EXPECT_EQ(base::to_hex(state.spqr.braid.authenticator().root().expose()), test::text(spqr, "auth_root"));
  EXPECT_EQ(base::to_hex(state.spqr.braid.authenticator().mac().expose()), test::text(spqr, "auth_mac"));
  EXPECT_EQ(state.spqr.chains.newest(), test::number(spqr, "newest_key_epoch"));
  EXPECT_EQ(state.spqr.chains.sending(), test::number(spqr, "sending_key_epoch"));
  EXPECT_EQ(base::to_hex(state.spqr.chains.root().expose()), test::text(spqr, "chain_root"));
}

TEST(RecordedSessions, WithTheOfficialPackageComeOutByteForByte) {
  const value content = test::vectors("spqr/sessions.json");
  const auto& sessions = content.at("sessions").as_array();
  std::size_t steps = 0;
  for (const value& session : sessions) {
    SCOPED_TRACE(test::text(session, "title"));
    RecordedEnd end(session);
    for (const value& step : session.at("steps").as_array()) {
      SCOPED_TRACE("step " + std::to_string(++steps));
      if (test::text(step, "op") == "send") {
        end.send(step);
      } else {
        end.receive(step);
      }
      if (testing::Test::HasFailure()) return;
      EXPECT_EQ(test::phase_name(end.record.current()->spqr.braid), test::text(step, "spqr_state"));

      // Whatever a record has become, it survives a restart.
      const base::SecretBlob kept = end.record.serialize();
      auto again = Record::parse(kept.expose());
      ASSERT_TRUE(again.has_value());
      EXPECT_TRUE(base::same(again->serialize().expose(), kept.expose()));
      end.record = *std::move(again);
    }
    expect_final(*end.record.current(), session.at("final"));
  }
  test::expect_all_ran("sessions.json", sessions.size(), 3);
  test::expect_all_ran("sessions.json steps", steps, 588);
}

}  // namespace
}  // namespace sotto::protocol

// Replays what the official package sent, and holds every state of the recipient against the recording.
#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "protocol/recorded_bob.hpp"
#include "protocol/session/decrypt.hpp"
#include "protocol/session/prekey_message.hpp"
#include "support/seeded_random.hpp"

namespace sotto::protocol {
namespace {

using boost::json::value;
using test::hex;

void expect_state(const State& state, const value& recorded) {
  EXPECT_EQ(base::to_hex(state.root_key.expose()), test::text(recorded, "root_key"));
  EXPECT_EQ(state.previous_counter, test::number(recorded, "previous_counter"));
  EXPECT_EQ(base::to_hex(state.sending.key.expose()), test::text(recorded, "sender_chain_key"));
  EXPECT_EQ(state.sending.counter, test::number(recorded, "sender_chain_index"));
  const auto& chains = recorded.at("receiver_chains").as_array();
  ASSERT_EQ(state.receiving.size(), chains.size());
  for (std::size_t i = 0; i < chains.size(); ++i) {
    EXPECT_EQ(base::to_hex(state.receiving[i].ratchet_key.serialize()), test::text(chains[i], "ratchet_key"));
    EXPECT_EQ(base::to_hex(state.receiving[i].key.expose()), test::text(chains[i], "chain_key"));
    EXPECT_EQ(state.receiving[i].counter, test::number(chains[i], "index"));
    EXPECT_EQ(state.receiving[i].skipped.size(), test::number(chains[i], "skipped"));
  }
}

class Recipient {
 public:
  Recipient(const value& scenario)
      : remote_(test::address_of(scenario.at("remote"))), local_(test::address_of(scenario.at("local"))) {}

  Result<Decrypted> decrypt(const value& step) {
    test::ScriptedRandom random(
        test::has(step, "recipient_new_ratchet_private") ? hex(step, "recipient_new_ratchet_private") : base::Blob());
    const base::Blob message = hex(step, "message");
    if (test::number(step, "type") == 3) return decrypt_prekey(record, message, bob_, context(random));
    return decrypt_signal(record, message, context(random));
  }

  void advance_sending_chain() {  // as a recorded reply did
    State state = record.current()->clone();
    state.sending.key = next(state.sending.key);
    state.sending.counter += 1;
    test::SeededRandom random(0);  // what the reply drew is not recorded; these conversations end with epoch 1
    state.spqr = std::move(spqr::send(state.spqr, random)->state);
    record = record.with_current_advanced(std::make_shared<State>(std::move(state)));
  }

  Record record;

 private:
  Context context(base::Random& random) {
    return {.identity = bob_.identity,
            .registration_id = bob_.registration_id,
            .local = local_,
            .remote = remote_,
            .trust = everyone_,
            .now_ms = 0,
            .random = random};
  }
  test::RecordedBob bob_;
  Address remote_, local_;
  Trust everyone_ = [](const Address&, const crypto::PublicKey&, Use) { return true; };
};

std::size_t replay(const std::string& file, std::size_t expected_scenarios) {
  const value content = test::vectors(file);
  std::size_t steps = 0;
  const auto& scenarios = content.at("scenarios").as_array();
  EXPECT_EQ(scenarios.size(), expected_scenarios);
  for (const value& scenario : scenarios) {
    SCOPED_TRACE(test::text(scenario, "title"));
    Recipient recipient(scenario);
    for (const value& step : scenario.at("steps").as_array()) {
      SCOPED_TRACE(test::text(step, "note"));
      ++steps;
      if (step.as_object().contains("sent_by_recipient")) {
        recipient.advance_sending_chain();
      } else {
        const base::SecretBlob before = recipient.record.serialize();
        auto decrypted = recipient.decrypt(step);
        if (test::text(step, "expect") == "accept") {
          EXPECT_TRUE(decrypted.has_value());
          if (!decrypted) continue;
          EXPECT_EQ(decrypted->plaintext, hex(step, "plaintext"));
          recipient.record = std::move(decrypted->record);
        } else {
          EXPECT_FALSE(decrypted.has_value());
          if (decrypted) continue;
          EXPECT_EQ(decrypted.error() == Error::duplicate_message, test::text(step, "npm_code") == "DuplicatedMessage");
          EXPECT_TRUE(base::same(recipient.record.serialize().expose(), before.expose()));
        }
      }
      if (test::has(step, "state_after")) expect_state(*recipient.record.current(), step.at("state_after"));

      // Whatever a record has become, it survives a restart.
      auto again = Record::parse(recipient.record.serialize().expose());
      EXPECT_TRUE(again.has_value());
      if (again) recipient.record = *std::move(again);
    }
  }
  return steps;
}

TEST(RecordedConversations, FirstMessagesAreReadAsRecorded) { EXPECT_EQ(replay("signal/pqxdh.json", 6), 16u); }

TEST(RecordedConversations, TheRatchetTurnsAsRecorded) { EXPECT_EQ(replay("signal/ratchet.json", 2), 34u); }

TEST(RecordedConversations, ModifiedMessagesAreRefusedAndTheOriginalsStillRead_A18_A19_A22_A24) {
  EXPECT_EQ(replay("signal/negative.json", 50), 115u);
}

TEST(RecordedConversations, EveryIntermediateValueOfTheAgreementIsAsRecorded) {
  const value content = test::vectors("signal/pqxdh.json");
  const test::RecordedBob bob;
  std::size_t cases = 0;
  for (const value& scenario : content.at("scenarios").as_array()) {
    const value& step = scenario.at("steps").at(0);
    const value& derived = step.at("derived");
    SCOPED_TRACE(test::text(scenario, "title"));
    ++cases;
    const base::Blob bytes = hex(step, "message");
    const auto message = PreKeySignalMessage::parse(bytes);
    ASSERT_TRUE(message);
    const auto signed_prekey = bob.signed_prekey(message->signed_id);
    const auto kyber_prekey = bob.kyber_prekey(*message->kyber_id);
    std::optional<OneTimePreKey> one_time;
    if (message->one_time_id) one_time = *bob.one_time_prekey(*message->one_time_id);
    const auto keys =
        accept({bob.identity, *signed_prekey, *kyber_prekey, one_time ? &*one_time : nullptr, message->identity_key,
                message->base_key, *crypto::KyberCiphertext::parse(*message->kyber_ciphertext)});
    ASSERT_TRUE(keys);
    const value& agreed = derived.at("pqxdh");
    EXPECT_EQ(base::to_hex(keys->root_key.expose()), test::text(agreed, "root_key"));
    EXPECT_EQ(base::to_hex(keys->chain_key.expose()), test::text(agreed, "chain_key"));
    EXPECT_EQ(base::to_hex(keys->spqr_auth_key.expose()), test::text(agreed, "spqr_auth_key"));

    const value& inside = derived.at("message");
    EXPECT_EQ(message->message.counter, test::number(inside, "counter"));
    EXPECT_TRUE(base::same(message->message.pq_ratchet, hex(inside, "pq_ratchet")));
    const MessageSeed seed(std::span<const std::uint8_t, 32>(hex(inside, "seed")));
    const spqr::MessageKey spqr_key(hex<32>(inside, "spqr_key"));
    const MessageKeys made = message_keys(seed, spqr_key);
    EXPECT_EQ(base::to_hex(made.cipher_key.expose()), test::text(inside, "cipher_key"));
    EXPECT_EQ(base::to_hex(made.mac_key.expose()), test::text(inside, "mac_key"));
    EXPECT_EQ(base::to_hex(made.iv.expose()), test::text(inside, "iv"));
  }
  EXPECT_EQ(cases, 6u);
}

}  // namespace
}  // namespace sotto::protocol

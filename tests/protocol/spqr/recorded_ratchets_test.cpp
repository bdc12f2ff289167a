// Conversations of the post-quantum ratchet alone, with every state in between kept and read again.
#include <gtest/gtest.h>

#include <map>

#include "base/encoding.hpp"
#include "protocol/spqr/phase_name.hpp"
#include "protocol/spqr/refusal_word.hpp"
#include "protocol/spqr/reloaded.hpp"
#include "support/counted.hpp"
#include "support/seeded_random.hpp"
#include "support/vectors.hpp"

namespace sotto::protocol::spqr {
namespace {

using boost::json::value;
using test::hex;

State start(std::string_view direction, const value& one) {
  EXPECT_EQ(test::number(one, "max_ooo_keys"), max_stored);
  return init(direction == "A2B" ? Direction::initiator_to_recipient : Direction::recipient_to_initiator,
              AuthKey(hex<32>(one, "auth_key")), static_cast<std::uint32_t>(test::number(one, "max_jump")));
}

// The secret that a step put into the chains shows in their root, and in nothing else.
void expect_secret(const State& before, const State& after, const value& step) {
  Chains expected = before.chains.clone();
  if (test::has(step, "secret")) expected.add_epoch(EpochSecret(hex<32>(step, "secret")));
  EXPECT_TRUE(base::same(after.chains.root().expose(), expected.root().expose()));
}

State replay_send(const State& state, const value& step) {
  test::ScriptedRandom random(test::has(step, "random") ? hex(step, "random") : base::Blob());
  auto sent = send(state, random);
  EXPECT_TRUE(sent.has_value() && random.is_used_up());
  if (!sent) return state.clone();
  EXPECT_EQ(base::to_hex(sent->part.message.view()), test::text(step, "msg"));
  EXPECT_EQ(base::to_hex(sent->part.key.expose()), test::text(step, "key"));
  expect_secret(state, sent->state, step);
  return std::move(sent->state);
}

State replay_receive(const State& state, const base::Blob& message, const std::string& key, const value& step) {
  const base::SecretBlob before = test::stored(state);
  auto received = receive(state, message);
  EXPECT_TRUE(base::same(test::stored(state).expose(), before.expose()));
  EXPECT_EQ(received.has_value(), !test::has(step, "error"));
  if (!received) {
    EXPECT_EQ(test::refusal_word(received.error()), test::text(step, "error"));
    return state.clone();
  }
  EXPECT_EQ(base::to_hex(received->key.expose()), key);
  expect_secret(state, received->state, step);
  return std::move(received->state);
}

void expect_final(const State& state, const value& recorded) {
  EXPECT_EQ(test::phase_name(state.braid), test::text(recorded, "state"));
  EXPECT_EQ(base::to_hex(state.braid.authenticator().root().expose()), test::text(recorded, "auth_root"));
  EXPECT_EQ(base::to_hex(state.braid.authenticator().mac().expose()), test::text(recorded, "auth_mac"));
  EXPECT_EQ(state.chains.newest(), test::number(recorded, "newest_key_epoch"));
  EXPECT_EQ(state.chains.sending(), test::number(recorded, "sending_key_epoch"));
  EXPECT_EQ(base::to_hex(state.chains.root().expose()), test::text(recorded, "chain_root"));
  const auto& kept = recorded.at("kept_key_epochs").as_array();
  EXPECT_EQ(state.chains.oldest(), kept.front().to_number<std::uint64_t>());
  EXPECT_EQ(state.chains.newest(), kept.back().to_number<std::uint64_t>());
  for (const auto& [epoch, count] : recorded.at("stored_keys").as_object()) {
    EXPECT_EQ(state.chains.stored_count(std::stoull(std::string(epoch))), count.to_number<std::size_t>());
  }
}

// Calls `each` after every step with its number and both parties.
std::size_t replay(const value& conversation, const auto& each) {
  std::map<std::string, State> parties;
  parties.emplace("A", start("A2B", conversation));
  parties.emplace("B", start("B2A", conversation));
  const auto& steps = conversation.at("steps").as_array();
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const value& step = steps[i];
    SCOPED_TRACE("step " + std::to_string(i + 1));
    EXPECT_EQ(test::number(step, "n"), i + 1);
    State& party = parties.at(test::text(step, "side"));
    if (test::text(step, "op") == "send") {
      party = replay_send(party, step);
    } else {
      const value& from = steps.at(test::number(step, "from") - 1);
      party = replay_receive(party, hex(from, "msg"), test::text(from, "key"), step);
    }
    EXPECT_EQ(test::phase_name(party.braid), test::text(step, "state"));
    party = test::reloaded(party);
    each(i + 1, parties);
    if (testing::Test::HasFailure()) return i;
  }
  for (const char* side : {"A", "B"}) expect_final(parties.at(side), conversation.at("final").at(side));
  return steps.size();
}

TEST(RecordedRatchets, ConverseStepByStepAsRecorded) {
  const value content = test::vectors("spqr/conversations.json");
  const auto& conversations = content.at("conversations").as_array();
  std::size_t steps = 0;
  for (const value& conversation : conversations) {
    SCOPED_TRACE(test::text(conversation, "title"));
    steps += replay(conversation, [](std::size_t, const auto&) {});
  }
  test::expect_all_ran("conversations.json", conversations.size(), 5);
  test::expect_all_ran("conversations.json steps", steps, 3'474);
}

// A message of epoch 1 and index 0 is from a party without keys, and there is none with whom a session could be: the
// package reads it, we need not and do not (§8). Everything else is as recorded.
bool is_from_a_party_without_keys(const value& one) {
  return test::text(one, "expect") == "accept" && !test::has(one, "key");
}

void expect_outcome(const State& state, const value& one) {
  SCOPED_TRACE(test::text(one, "note") + " in " + test::text(one, "state"));
  EXPECT_EQ(test::phase_name(state.braid), test::text(one, "state"));
  const base::SecretBlob before = test::stored(state);
  const auto received = receive(state, hex(one, "msg"));
  EXPECT_TRUE(base::same(test::stored(state).expose(), before.expose()));
  if (is_from_a_party_without_keys(one)) {
    ASSERT_FALSE(received.has_value());
    EXPECT_EQ(received.error(), Refusal::already_used);
    return;
  }
  ASSERT_EQ(received.has_value(), test::text(one, "expect") == "accept");
  if (received) {
    EXPECT_EQ(base::to_hex(received->key.expose()), test::text(one, "key"));
    EXPECT_EQ(test::phase_name(received->state.braid), test::text(one, "state_after"));
  } else {
    EXPECT_EQ(test::refusal_word(received.error()), test::text(one, "error"));
  }
}

TEST(RecordedRatchets, TakeAndRefuseSingleMessagesAsRecordedInEachOfTheElevenStates) {
  const value conversations = test::vectors("spqr/conversations.json");
  const value content = test::vectors("spqr/negative.json");
  const auto& cases = content.at("cases").as_array();
  std::size_t ran = 0, without_keys = 0;
  for (const value& conversation : conversations.at("conversations").as_array()) {
    replay(conversation, [&](std::size_t number, const std::map<std::string, State>& parties) {
      for (const value& one : cases) {
        if (test::text(one, "conversation") != test::text(conversation, "title")) continue;
        if (test::number(one, "after_step") != number) continue;
        expect_outcome(parties.at(test::text(one, "side")), one);
        ++ran;
        if (is_from_a_party_without_keys(one)) ++without_keys;
      }
    });
  }
  EXPECT_EQ(without_keys, 16u);
  test::expect_all_ran("negative.json", ran, 350);
}

TEST(RecordedRatchets, TalkWithTheOfficialPackageAsRecorded) {
  const value content = test::vectors("spqr/official_transcripts.json");
  const auto& transcripts = content.at("transcripts").as_array();
  std::size_t steps = 0;
  for (const value& transcript : transcripts) {
    SCOPED_TRACE(test::text(transcript, "title"));
    State state = start(test::text(transcript, "direction"), transcript);
    for (const value& step : transcript.at("steps").as_array()) {
      SCOPED_TRACE("step " + std::to_string(++steps));
      state = test::text(step, "op") == "send" ? replay_send(state, step)
                                               : replay_receive(state, hex(step, "msg"), test::text(step, "key"), step);
      EXPECT_EQ(test::phase_name(state.braid), test::text(step, "state"));
      state = test::reloaded(state);
      if (testing::Test::HasFailure()) return;
    }
  }
  test::expect_all_ran("official_transcripts.json", transcripts.size(), 4);
  test::expect_all_ran("official_transcripts.json steps", steps, 1'006);
}

}  // namespace
}  // namespace sotto::protocol::spqr

#include "protocol/spqr/chains.hpp"

#include <gtest/gtest.h>

#include "protocol/spqr/refusal_word.hpp"
#include "support/counted.hpp"
#include "support/vectors.hpp"

namespace sotto::protocol::spqr {
namespace {

using boost::json::value;
using test::hex;

constexpr std::uint32_t max_jump = 25'000;

boost::json::array recorded(std::string_view name) {
  return test::vectors("spqr/kdf.json").as_object().at(name).as_array();
}

Direction direction_of(const value& one) {
  return test::text(one, "direction") == "A2B" ? Direction::initiator_to_recipient : Direction::recipient_to_initiator;
}

// A copy that has been kept in between; what is kept is the same again.
Chains reloaded(const Chains& chains) {
  StoredWriter write(chains.stored_size());
  chains.store(write);
  const base::SecretBlob bytes = write.finish();
  StoredReader read(bytes.expose());
  auto again = Chains::restore(read, chains.direction());
  EXPECT_TRUE(again && read.is_finished());
  StoredWriter write_again(again->stored_size());
  again->store(write_again);
  EXPECT_TRUE(base::same(write_again.finish().expose(), bytes.expose()));
  return *std::move(again);
}

TEST(Chains, GiveTheRecordedKeysInBothDirections) {
  const auto cases = recorded("chains");
  for (const value& one : cases) {
    const AuthKey auth_key(hex<32>(one, "auth_key"));
    Chains sender(Direction::initiator_to_recipient, auth_key, max_jump);
    Chains receiver(Direction::initiator_to_recipient, auth_key, max_jump);
    for (const value& epoch : one.at("key_epochs").as_array()) {
      const std::uint64_t number = test::number(epoch, "key_epoch");
      SCOPED_TRACE(number);
      if (test::has(epoch, "secret")) {
        sender.add_epoch(EpochSecret(hex<32>(epoch, "secret")));
        receiver.add_epoch(EpochSecret(hex<32>(epoch, "secret")));
        ASSERT_TRUE(receiver.to_send(number).has_value());  // or epochs would gather
      }
      EXPECT_TRUE(base::same(sender.root().expose(), hex(epoch, "chain_root")));
      const auto& sent = epoch.at("a2b_keys").as_object();
      for (std::uint32_t index = 1; index <= 300; ++index) {
        const auto made = sender.to_send(number);
        ASSERT_TRUE(made.has_value());
        EXPECT_EQ(made->index, index);
        if (const value* key = sent.if_contains(std::to_string(index))) {
          EXPECT_TRUE(base::same(made->key.expose(), hex(*key)));
        }
      }
      for (const auto& [index, key] : epoch.at("b2a_keys").as_object()) {
        const auto found = receiver.to_receive(number, static_cast<std::uint32_t>(std::stoul(std::string(index))));
        ASSERT_TRUE(found.has_value());
        EXPECT_TRUE(base::same(found->expose(), hex(key)));
      }
    }
  }
  test::expect_all_ran("kdf.json chains", cases.size(), 2);
}

TEST(Chains, TakeAndRefuseIndexesAsRecorded) {
  const auto cases = recorded("receive_key_sequences");
  for (const value& one : cases) {
    SCOPED_TRACE(test::text(one, "title"));
    Chains chains(direction_of(one), AuthKey(hex<32>(one, "auth_key")),
                  static_cast<std::uint32_t>(test::number(one, "max_jump")));
    EXPECT_EQ(test::number(one, "max_ooo_keys"), max_stored);
    for (const value& step : one.at("steps").as_array()) {
      const std::string op = test::text(step, "op");
      const std::uint64_t epoch = test::number(step, "key_epoch");
      if (op == "new_key_epoch") {
        chains.add_epoch(EpochSecret(hex<32>(step, "secret")));
        EXPECT_EQ(chains.newest(), epoch);
      } else if (op == "key_to_send") {
        const auto made = chains.to_send(epoch);
        ASSERT_TRUE(made.has_value());
        EXPECT_EQ(made->index, test::number(step, "index"));
        EXPECT_TRUE(base::same(made->key.expose(), hex(step, "key")));
      } else {
        const auto key = chains.to_receive(epoch, static_cast<std::uint32_t>(test::number(step, "index")));
        ASSERT_EQ(key.has_value(), test::has(step, "key")) << test::number(step, "index");
        if (key) {
          EXPECT_TRUE(base::same(key->expose(), hex(step, "key")));
        } else {
          EXPECT_EQ(test::refusal_word(key.error()), test::text(step, "error"));
        }
      }
      chains = reloaded(chains);
    }
  }
  test::expect_all_ran("kdf.json receive_key_sequences", cases.size(), 4);
}

Chains fresh(std::uint32_t limit) {
  return Chains(Direction::initiator_to_recipient, AuthKey(base::Bytes<32>{7}), limit);
}

TEST(Chains, KeepKeysNoLongerThanTheyCanBeAskedFor) {
  Chains chains = fresh(max_jump);
  ASSERT_TRUE(chains.to_receive(0, 2'001));
  EXPECT_EQ(chains.stored_count(0), 2'000u);
  ASSERT_TRUE(chains.to_receive(0, 2'002));
  EXPECT_EQ(chains.stored_count(0), 1'999u);
  for (std::uint32_t index = 2'003; index <= 2'200; ++index) {
    const auto key = chains.to_receive(0, index);
    ASSERT_TRUE(key.has_value());
  }
  EXPECT_EQ(chains.to_receive(0, 199).error(), Refusal::too_old);
  EXPECT_EQ(chains.stored_count(0), 1'801u);
  EXPECT_TRUE(chains.to_receive(0, 200));
  EXPECT_EQ(chains.to_receive(0, 200).error(), Refusal::already_used);
}

TEST(Chains, OfOnesOwnDevicesPassOverAMillionMessagesAndNoMore) {
  Chains chains = fresh(0xffff'ffff);
  EXPECT_EQ(chains.to_receive(0, max_walk + 1).error(), Refusal::too_far_ahead);
  EXPECT_TRUE(chains.to_receive(0, 26'001));
  EXPECT_EQ(chains.stored_count(0), 2'000u);
}

TEST(Chains, AreNotWrittenTwiceForOneCopy) {
  Chains chains = fresh(max_jump);
  ASSERT_TRUE(chains.to_receive(0, 3));
  Chains copy = chains.clone();
  const auto key = copy.to_receive(0, 1);
  ASSERT_TRUE(key.has_value());
  EXPECT_EQ(copy.stored_count(0), 1u);
  EXPECT_EQ(chains.stored_count(0), 2u);
  EXPECT_TRUE(base::same(chains.to_receive(0, 1)->expose(), key->expose()));
}

}  // namespace
}  // namespace sotto::protocol::spqr

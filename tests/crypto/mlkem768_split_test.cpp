#include "crypto/mlkem768_split.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdio>

#include "crypto/equal.hpp"
#include "crypto/hash.hpp"
#include "support/counted.hpp"
#include "support/seeded_random.hpp"
#include "support/vectors.hpp"

namespace sotto::crypto::mlkem768 {
namespace {

using test::hex;

boost::json::array recorded(std::string_view name) {
  return test::vectors("spqr/mlkem.json").as_object().at(name).as_array();
}

Ciphertext flipped(Ciphertext ciphertext, std::size_t byte, unsigned bit) {
  ciphertext[byte] = static_cast<std::uint8_t>(ciphertext[byte] ^ 1u << bit);
  return ciphertext;
}

TEST(MlKem768Split, EncapsulatesAndDecapsulatesAsRecorded) {
  const auto cases = recorded("cases");
  for (const auto& one : cases) {
    const KeyPair keys = from_seed(Seed(hex<64>(one, "seed")));
    EXPECT_TRUE(base::same(keys.secret_key.expose(), hex(one, "dk")));
    const SplitKey parts = split(keys.public_key);
    EXPECT_EQ(parts.header, hex<64>(one, "header"));
    EXPECT_EQ(parts.vector, hex<1152>(one, "ek_vector"));

    const Message message(hex<32>(one, "m"));
    const FirstHalf first = encapsulate_first(parts.header, message);
    EXPECT_EQ(first.ciphertext, hex<960>(one, "ct1"));
    EXPECT_TRUE(base::same(first.secret.expose(), hex(one, "shared_secret")));
    const LastPart last = encapsulate_last(parts.header, message, parts.vector);
    EXPECT_EQ(last, hex<128>(one, "ct2"));
    EXPECT_TRUE(
        base::same(decapsulate(keys.secret_key, joined(first.ciphertext, last))->expose(), hex(one, "shared_secret")));
  }
  test::expect_all_ran("mlkem.json cases", cases.size(), 6);
}

TEST(MlKem768Split, AFlippedBitGivesTheRecordedSecretOfNobody) {
  const auto first_case = recorded("cases").at(0);
  const KeyPair keys = from_seed(Seed(hex<64>(first_case, "seed")));
  const Ciphertext genuine = joined(hex<960>(first_case, "ct1"), hex<128>(first_case, "ct2"));
  const auto cases = recorded("implicit_rejection");
  for (const auto& one : cases) {
    SCOPED_TRACE(test::text(one, "flipped"));
    unsigned bit = 0, byte = 0;
    ASSERT_EQ(std::sscanf(test::text(one, "flipped").c_str(), "bit %u of byte %u", &bit, &byte), 2);
    const auto secret = decapsulate(keys.secret_key, flipped(genuine, byte, bit));
    EXPECT_TRUE(base::same(secret->expose(), hex(one, "shared_secret")));
  }
  test::expect_all_ran("mlkem.json implicit_rejection", cases.size(), 5);
}

TEST(MlKem768Split, KeysAreCheckedAsRecorded) {
  const auto cases = recorded("ek_checks");
  for (const auto& one : cases) {
    SCOPED_TRACE(test::text(one, "note"));
    EXPECT_EQ(is_key(hex<64>(one, "header"), hex<1152>(one, "ek_vector")), one.at("valid").as_bool());
  }
  test::expect_all_ran("mlkem.json ek_checks", cases.size(), 5);
}

RC_GTEST_PROP(MlKem768Split, TheHalvesAreTheWhole, (std::uint64_t seed)) {
  test::SeededRandom random(seed);
  const KeyPair keys = generate(random);
  const SplitKey parts = split(keys.public_key);
  RC_ASSERT(is_key(parts.header, parts.vector));
  const auto drawn = random.bytes<32>();
  test::ScriptedRandom script(base::blob(drawn));
  const auto whole = encapsulate(keys.public_key, script);
  RC_ASSERT(whole.has_value());

  const FirstHalf first = encapsulate_first(parts.header, Message(drawn));
  const LastPart last = encapsulate_last(parts.header, Message(drawn), parts.vector);
  RC_ASSERT(joined(first.ciphertext, last) == whole->ciphertext);
  RC_ASSERT(equal(first.secret.expose(), whole->secret.expose()));
}

}  // namespace
}  // namespace sotto::crypto::mlkem768

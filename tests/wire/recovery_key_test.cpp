#include "wire/recovery_key.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "crypto/equal.hpp"
#include "support/seeded_random.hpp"

namespace sotto::wire {
namespace {

RecoveryKey key_of(std::uint8_t byte) {
  base::Bytes<32> bytes;
  bytes.fill(byte);
  return RecoveryKey(bytes);
}

bool same(const RecoveryKey& left, const RecoveryKey& right) { return crypto::equal(left.expose(), right.expose()); }

TEST(RecoveryKey, IsFourteenGroupsOfFour) {
  const std::string text = to_text(key_of(0));
  EXPECT_EQ(text.size(), 14u * 4 + 13);
  EXPECT_EQ(text.substr(0, 64), "0000-0000-0000-0000-0000-0000-0000-0000-0000-0000-0000-0000-0000");
}

TEST(RecoveryKey, IsReadInAnyCaseAndWithTheUsualSlips) {
  const RecoveryKey key = key_of(0x21);
  std::string text = to_text(key);
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  std::string slipped;
  for (const char c : text)
    slipped += c == '-' ? std::string(" ") : c == '0' ? std::string("o") : c == '1' ? "l" : std::string(1, c);
  const auto read = parse_recovery_key(slipped);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_TRUE(same(*read, key));
}

TEST(RecoveryKey, ErrorsNameWhatIsWrong) {
  const std::string text = to_text(key_of(0x55));
  const auto problem = [](const std::string& typed) { return parse_recovery_key(typed).error().message; };
  std::string foreign = text;
  foreign[5] = 'U';
  EXPECT_NE(problem(foreign).find("group 2"), std::string::npos);
  EXPECT_NE(problem(text.substr(0, 50)).find("too short"), std::string::npos);
  EXPECT_NE(problem(text + "0").find("too long"), std::string::npos);
  std::string spare = text;
  spare[63] = 'Z';  // the 52nd character's four spare bits
  EXPECT_NE(problem(spare).find("group 13"), std::string::npos);
  EXPECT_NE(problem("sotto-contact:abc").find("not a recovery key"), std::string::npos);
  EXPECT_NE(problem("").find("group 1"), std::string::npos);
}

TEST(RecoveryKey, EveryChangedCharacterIsNoticed) {
  const std::string text = to_text(key_of(0x42));
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '-') continue;
    std::string changed = text;
    changed[at] = text[at] == '7' ? '8' : '7';
    EXPECT_FALSE(parse_recovery_key(changed)) << "character " << at;
  }
}

TEST(RecoveryKey, WordsAreThoseOfBip39) {
  // BIP-39's own vectors for 256 bits: all zero, and all 0x7f.
  const auto zero = to_words(key_of(0));
  ASSERT_EQ(zero.size(), 24u);
  EXPECT_EQ(zero.front(), "abandon");
  EXPECT_EQ(zero.back(), "art");
  const auto sevens = to_words(key_of(0x7f));
  EXPECT_EQ(sevens.front(), "legal");
  EXPECT_EQ(sevens[1], "winner");
  EXPECT_EQ(sevens.back(), "title");
}

TEST(RecoveryKey, AWrongWordIsNamed) {
  auto words = to_words(key_of(3));
  words[4] = "sotto";
  std::string typed;
  for (const auto& word : words) typed += word + " ";
  EXPECT_NE(parse_recovery_key(typed).error().message.find("word 5"), std::string::npos);
}

RC_GTEST_PROP(RecoveryKey, ComesBackFromTextWordsAndQr, (std::uint64_t seed)) {
  test::SeededRandom random(seed);
  const RecoveryKey key = make_recovery_key(random);
  std::string words;
  for (const auto& word : to_words(key)) words += word + "\n";
  for (const std::string& form : {to_text(key), to_qr_text(key), words}) {
    const auto read = parse_recovery_key(form);
    RC_ASSERT(bool(read));
    RC_ASSERT(same(*read, key));
  }
}

TEST(RootKeys, ThreeKeysDescendFromTheRecoveryKeyAndDiffer) {
  const RootKeys keys = derive_root_keys(key_of(1));
  EXPECT_NE(keys.root.public_key, keys.backup_access.public_key);
  EXPECT_TRUE(crypto::is_canonical(keys.root.public_key));
  EXPECT_EQ(derive_root_keys(key_of(1)).root.public_key, keys.root.public_key);
  EXPECT_NE(derive_root_keys(key_of(2)).root.public_key, keys.root.public_key);
}

}  // namespace
}  // namespace sotto::wire

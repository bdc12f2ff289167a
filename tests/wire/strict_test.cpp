#include "wire/strict.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace sotto::wire {
namespace {

/// Reads field 1 as a number, field 2 as bytes, field 3 repeated, and nothing else.
std::optional<ParseError> read_three(base::View bytes) {
  StrictReader read(bytes);
  read.number(1, 0, 1000);
  read.optional_bytes(2, 1, 4);
  read.repeated_bytes(3, 2);
  const auto done = read.finish();
  if (done) return std::nullopt;
  return done.error();
}

struct Case {
  const char* note;
  base::Blob bytes;
  std::optional<ParseError> expect;
};

TEST(StrictReader, JudgesEachFormByItsRule) {
  const Case cases[] = {
      {"all fields", {0x08, 0x05, 0x12, 0x01, 0xAA, 0x1A, 0x00, 0x1A, 0x01, 0xBB}, std::nullopt},
      {"an optional field left out", {0x08, 0x05}, std::nullopt},
      {"zero is written", {0x08, 0x00}, std::nullopt},
      {"empty", {}, ParseError::missing_field},
      {"a required field left out", {0x12, 0x01, 0xAA}, ParseError::missing_field},
      {"twice", {0x08, 0x05, 0x08, 0x05}, ParseError::wrong_order},
      {"descending", {0x12, 0x01, 0xAA, 0x08, 0x05}, ParseError::missing_field},
      {"back to an earlier field", {0x08, 0x05, 0x1A, 0x00, 0x12, 0x01, 0xAA}, ParseError::wrong_order},
      {"a number of two bytes that fits into one", {0x08, 0x85, 0x00}, ParseError::overlong_varint},
      {"a tag of two bytes that fits into one", {0x88, 0x00, 0x05}, ParseError::overlong_varint},
      {"more than 64 bits",
       {0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F},
       ParseError::overlong_varint},
      {"cut within a number", {0x08, 0x85}, ParseError::truncated},
      {"cut within bytes", {0x08, 0x05, 0x12, 0x03, 0xAA}, ParseError::truncated},
      {"a length near 2^64",
       {0x12, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01, 0xAA},
       ParseError::truncated},
      {"an unknown field below 64", {0x08, 0x05, 0x20, 0x01}, ParseError::unknown_field},
      {"an unknown field from 64 on", {0x08, 0x05, 0x80, 0x04, 0x01}, std::nullopt},
      {"bytes where a number belongs", {0x0A, 0x01, 0x05}, ParseError::wrong_type},
      {"a fixed64", {0x09, 0, 0, 0, 0, 0, 0, 0, 0}, ParseError::wrong_type},
      {"field number 0", {0x00, 0x05}, ParseError::out_of_range},
      {"out of range", {0x08, 0xE9, 0x07}, ParseError::out_of_range},
      {"too few bytes", {0x08, 0x05, 0x12, 0x00}, ParseError::wrong_length},
      {"one too many of a repeated field", {0x08, 0x05, 0x1A, 0x00, 0x1A, 0x00, 0x1A, 0x00}, ParseError::out_of_range},
  };
  for (const Case& one : cases) {
    SCOPED_TRACE(one.note);
    EXPECT_EQ(read_three(one.bytes), one.expect);
  }
}

TEST(StrictReader, RefusesMoreBytesThanAStatementMayHave) {
  StrictReader read(base::Blob(max_statement + 1));
  EXPECT_EQ(read.finish().error(), ParseError::too_long);
}

RC_GTEST_PROP(StrictReader, ReadsWhatTheWriterWrote, (std::uint64_t number, const base::Blob& bytes)) {
  const base::Blob written = StrictWriter().number(1, number).bytes(2, bytes).done();
  StrictReader read(written);
  RC_ASSERT(read.number(1) == number);
  RC_ASSERT(base::same(read.bytes(2), bytes));
  RC_ASSERT(bool(read.finish()));
}

TEST(StrictReader, HasOneSpellingForEachStatement) {
  // Of all strings of four bytes over a telling alphabet, each that is accepted comes out of the writer again.
  const base::Blob alphabet{0x00, 0x01, 0x02, 0x05, 0x08, 0x0A, 0x10, 0x12, 0x7F, 0x80, 0xFF};
  std::size_t accepted = 0;
  for (std::size_t i = 0; i < alphabet.size() * alphabet.size() * alphabet.size() * alphabet.size(); ++i) {
    base::Blob bytes;
    for (std::size_t rest = i, k = 0; k < 4; ++k, rest /= alphabet.size())
      bytes.push_back(alphabet[rest % alphabet.size()]);
    StrictReader read(bytes);
    const auto number = read.optional_number(1);
    const auto text = read.optional_bytes(2);
    const bool has_ignored_field = read.peek().value_or(0) >= 64;
    if (!read.finish() || has_ignored_field) continue;
    StrictWriter write;
    if (number) write.number(1, *number);
    if (text) write.bytes(2, *text);
    EXPECT_EQ(write.done(), bytes);
    ++accepted;
  }
  EXPECT_GT(accepted, 10u);
}

}  // namespace
}  // namespace sotto::wire

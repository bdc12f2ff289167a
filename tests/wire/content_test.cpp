#include "wire/content.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "support/registration_draft.hpp"
#include "wire/padding.hpp"
#include "wire/utf8.hpp"

namespace sotto::wire {
namespace {

Content example() {
  test::RegistrationDraft draft(1);
  Content made;
  made.message_id = {1, 2, 3};
  made.sent_at = {1'800'000'000'000};
  made.recipient = draft.account_id();
  made.seq = 7;
  made.own_list = {.order = {.links = 0, .epoch = 20'000, .version = 1}, .list_hash = {9}};
  made.body = Text{"hello"};
  return made;
}

TEST(Content, ComesBackWithAllItsFields) {
  Content made = example();
  test::RegistrationDraft draft(1);
  made.seq_start = 3;
  made.view = ListView{.order = {.links = 0, .epoch = 5, .version = 2}, .list_hash = {8}};
  made.introduction = draft.introduction();
  made.claimed_name = "ana";
  const auto read = Content::parse(made.serialize());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->message_id, made.message_id);
  EXPECT_EQ(read->sent_at, made.sent_at);
  EXPECT_EQ(read->recipient, made.recipient);
  EXPECT_EQ(read->seq, 7u);
  EXPECT_EQ(read->seq_start, 3u);
  EXPECT_EQ(read->own_list, made.own_list);
  EXPECT_EQ(read->view, made.view);
  EXPECT_EQ(read->introduction->list, made.introduction->list);
  EXPECT_EQ(read->claimed_name, "ana");
  EXPECT_EQ(std::get<Text>(read->body).text, "hello");
}

TEST(Content, WhatIsSaidOfADeviceThatLeftComesBack) {
  const DeviceNumber left(9);
  const Resent resent{.device = left, .id = {4}, .sent_at = {77}, .seq = 3, .text = {.text = "late", .timer = 60}};
  const std::array<Body, 4> bodies{Heartbeat{.last_seq = 3, .asks = false, .of = left}, Heartbeat{.last_seq = 3},
                                   GapAnswer{.gone = {1, 2}, .of = left}, resent};
  for (const Body& body : bodies) {
    Content made = example();
    made.body = body;
    const auto read = Content::parse(made.serialize());
    ASSERT_TRUE(read);
    EXPECT_EQ(read->body, body);
    EXPECT_FALSE(is_durable(body));
  }
}

TEST(Content, WithoutABodyIsRefused) {
  base::Blob bytes = example().serialize();
  bytes.resize(bytes.size() - 10);  // the body: tag of two bytes, length, and seven bytes of text
  EXPECT_EQ(Content::parse(bytes).error(), ParseError::missing_field);
}

TEST(Content, WithTwoBodiesIsRefused) {
  base::Blob bytes = example().serialize();
  const base::Blob second = StrictWriter().bytes(17, base::Blob{}).done();
  bytes.insert(bytes.end(), second.begin(), second.end());
  EXPECT_EQ(Content::parse(bytes).error(), ParseError::unknown_field);
}

TEST(Content, OfAKindYetToComeIsKnownAsSuch) {
  base::Blob bytes = example().serialize();
  bytes.resize(bytes.size() - 10);
  const base::Blob later = StrictWriter().bytes(60, base::Blob{1, 2}).done();
  bytes.insert(bytes.end(), later.begin(), later.end());
  const auto read = Content::parse(bytes);
  ASSERT_TRUE(read);
  EXPECT_EQ(std::get<UnknownBody>(read->body).kind, 60u);
}

TEST(Content, Field8StaysEmptyForEver) {
  const base::Blob full = example().serialize();
  // A field 8 behind field 7, which ends with 32 bytes of hash.
  base::Blob bytes(full.begin(), full.end() - 10);
  const base::Blob field = StrictWriter().bytes(8, base::Blob{1}).done();
  bytes.insert(bytes.end(), field.begin(), field.end());
  bytes.insert(bytes.end(), full.end() - 10, full.end());
  EXPECT_EQ(Content::parse(bytes).error(), ParseError::unknown_field);
}

TEST(Content, TextMustBeUtf8) {
  Content made = example();
  made.body = Text{"\xff\xfe"};
  EXPECT_EQ(Content::parse(made.serialize()).error(), ParseError::out_of_range);
}

TEST(Content, AClaimedNameMustBeNormalised) {
  Content made = example();
  made.claimed_name = "e\xCC\x81";  // e and a combining accent: NFC has one character
  EXPECT_FALSE(Content::parse(made.serialize()));
}

TEST(Content, ATextOfOneMebibyteFitsAndOneMoreDoesNot) {
  Content made = example();
  made.body = Text{std::string(max_text, 'a')};
  EXPECT_TRUE(Content::parse(made.serialize()));
  made.body = Text{std::string(max_text + 1, 'a')};
  EXPECT_FALSE(Content::parse(made.serialize()));
}

RC_GTEST_PROP(Padding, ComesOffAgain, (const base::Blob& bytes)) {
  const base::Blob padded = pad(bytes);
  RC_ASSERT(padded.size() >= min_padded);
  RC_ASSERT(base::same(unpad(padded).value(), bytes));
}

TEST(Padding, HasPadmesSizes) {
  EXPECT_EQ(padded_size(1), 256u);
  EXPECT_EQ(padded_size(256), 256u);
  EXPECT_EQ(padded_size(257), 272u);
  EXPECT_EQ(padded_size(1000), 1024u);
  EXPECT_EQ(padded_size(1'000'000), 1'015'808u);
  for (std::size_t size = 257; size < 2'000'000; size += 997) {
    EXPECT_GE(padded_size(size), size);
    EXPECT_LE(padded_size(size), size + size / 8) << size;
  }
}

TEST(Padding, WithoutItsMarkerIsRefused) {
  EXPECT_FALSE(unpad(base::Blob{}));
  EXPECT_FALSE(unpad(base::Blob{0, 0, 0}));
  EXPECT_FALSE(unpad(base::Blob{1, 2, 3}));
}

TEST(Utf8, RefusesWhatIsNotUtf8) {
  EXPECT_TRUE(is_utf8("grüße 👋"));
  for (const char* wrong : {"\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\x80", "\xE2\x82"})
    EXPECT_FALSE(is_utf8(wrong));
  EXPECT_EQ(to_nfc("e\xCC\x81"), "é");
}

}  // namespace
}  // namespace sotto::wire

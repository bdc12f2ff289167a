#include "wire/linking.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/encoding.hpp"
#include "support/registration_draft.hpp"

namespace sotto::wire {
namespace {

LinkOffer offer_example() {
  test::RegistrationDraft draft(1);
  return {.nonce = {1},
          .account_id = draft.account_id(),
          .account_name = "ana",
          .certificate_hash = {2},
          .list_hash = {3},
          .introduction = draft.introduction(),
          .grant = {4},
          .mailbox_id = draft.mailbox};
}
LinkReveal reveal_example() { return {.nonce = {5}, .kind = DeviceKind::tablet, .name = "a tablet"}; }
LinkWelcome welcome_example() {
  test::RegistrationDraft draft(1);
  return {.introduction = draft.introduction(), .account_secret = {6}, .profile_key = {7}, .link_token = {8}};
}

TEST(Linking, AnOfferComesBackWithAllItsFields) {
  const LinkOffer made = offer_example();
  const auto read = LinkOffer::parse(made.serialize());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->serialize(), made.serialize());
  EXPECT_EQ(read->account_name, "ana");
  EXPECT_EQ(read->introduction.list, made.introduction.list);
  EXPECT_EQ(read->mailbox_id, made.mailbox_id);
}

TEST(Linking, TheOthersComeBackToo) {
  EXPECT_EQ(LinkReveal::parse(reveal_example().serialize())->name, "a tablet");
  EXPECT_EQ(LinkPlace::parse(LinkPlace{.number = DeviceNumber(127)}.serialize())->number, DeviceNumber(127));
  const LinkApplication application{.number = DeviceNumber(2), .consent = {9}};
  EXPECT_EQ(LinkApplication::parse(application.serialize())->consent, application.consent);
  EXPECT_EQ(LinkWelcome::parse(welcome_example().serialize())->serialize(), welcome_example().serialize());
}

template <class Words>
void expect_every_cut_is_refused(const base::Blob& whole) {
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(Words::parse(base::View(whole).first(size))) << size;
  EXPECT_FALSE(Words::parse(base::concat({whole, base::Bytes<1>{0}})));
  EXPECT_FALSE(Words::parse(base::concat({whole, base::Bytes<2>{0x78, 0}}))) << "an unknown field below 64";
}

TEST(Linking, NothingIsReadThatIsCutOffOrGoesOn) {
  expect_every_cut_is_refused<LinkOffer>(offer_example().serialize());
  expect_every_cut_is_refused<LinkReveal>(reveal_example().serialize());
  expect_every_cut_is_refused<LinkPlace>(LinkPlace{}.serialize());
  expect_every_cut_is_refused<LinkApplication>(LinkApplication{}.serialize());
  expect_every_cut_is_refused<LinkWelcome>(welcome_example().serialize());
}

TEST(Linking, WhatIsOutsideItsBoundsIsRefused) {
  LinkReveal reveal = reveal_example();
  reveal.name = std::string(65, 'x');
  EXPECT_FALSE(LinkReveal::parse(reveal.serialize()));
  reveal.name = "";
  EXPECT_FALSE(LinkReveal::parse(reveal.serialize()));
  reveal.name = "\xC0\x80";
  EXPECT_FALSE(LinkReveal::parse(reveal.serialize())) << "no UTF-8";
  reveal = reveal_example();
  reveal.kind = DeviceKind(0);
  EXPECT_FALSE(LinkReveal::parse(reveal.serialize()));
  EXPECT_FALSE(LinkPlace::parse(StrictWriter().number(1, 0).done()));
  EXPECT_FALSE(LinkPlace::parse(StrictWriter().number(1, 128).done()));
}

TEST(Linking, AKindOfALaterVersionIsADevice) {
  LinkReveal reveal = reveal_example();
  reveal.kind = DeviceKind(99);
  const auto read = LinkReveal::parse(reveal.serialize());
  ASSERT_TRUE(read);
  EXPECT_EQ(to_text(read->kind), "a device");
  EXPECT_EQ(to_text(DeviceKind::phone), "a phone");
}

/// A transcript whose seven parts are these.
LinkTranscript transcript_of(const std::array<base::Blob, 7>& parts) {
  return {.link = parts[0],
          .bundle = parts[1],
          .admin_identity_key = *base::fixed<33>(parts[2]),
          .base_key = *base::fixed<33>(parts[3]),
          .kem_ciphertext = parts[4],
          .offer = parts[5],
          .reveal = parts[6]};
}

std::array<base::Blob, 7> parts_example() {
  return {base::Blob{1, 2}, {3}, base::Blob(33, 4), base::Blob(33, 5), {6, 7, 8}, {9}, {10, 11}};
}

TEST(LinkCodes, AreTheseForATranscriptThatIsWrittenDown) {
  const auto parts = parts_example();
  const LinkTranscript transcript = transcript_of(parts);
  const LinkCodes codes = link_codes(transcript);
  EXPECT_EQ(base::to_hex(transcript.hash()), "604d1adce1bfdce116568cd936a4bb0631da931e2604566e7586eaba3602a15f");
  EXPECT_EQ(codes.first, "219833");
  EXPECT_EQ(codes.second, "420151");
}

TEST(LinkCodes, DependOnEveryPartOfTheTranscript_A03) {
  const Hash before = transcript_of(parts_example()).hash();
  for (std::size_t part = 0; part < 7; ++part) {
    auto changed = parts_example();
    changed[part].back() ^= 1;
    EXPECT_NE(transcript_of(changed).hash(), before) << part;
  }
}

TEST(LinkCodes, ABorderThatMovesGivesAnotherTranscript_A03) {
  auto one = parts_example(), other = parts_example();
  one[5] = {9, 10}, one[6] = {11};
  other[5] = {9}, other[6] = {10, 11};
  EXPECT_NE(transcript_of(one).hash(), transcript_of(other).hash());
}

RC_GTEST_PROP(LinkCodes, AreAlwaysSixDigits, (const base::Blob& offer, const base::Blob& reveal)) {
  auto parts = parts_example();
  parts[5] = offer, parts[6] = reveal;
  const LinkCodes codes = link_codes(transcript_of(parts));
  for (const std::string& code : {codes.first, codes.second}) {
    RC_ASSERT(code.size() == 6);
    RC_ASSERT(code.find_first_not_of("0123456789") == code.npos);
  }
}

}  // namespace
}  // namespace sotto::wire

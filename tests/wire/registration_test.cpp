#include "wire/registration.hpp"

#include <gtest/gtest.h>

#include <set>

#include "support/vectors.hpp"
#include "wire/registration_cases.hpp"

namespace sotto::wire {
namespace {

constexpr std::size_t recorded_cases = 60;

std::string verdict(base::View request, const RegistrationExpectation& expectation) {
  const auto checked = check_registration(request, expectation);
  return checked ? "accept" : std::string(name(checked.error().rule));
}

TEST(Registration, RecordedCasesGetTheirVerdicts) {
  const auto file = test::vectors("statements/registration.json");
  std::size_t count = 0;
  for (const auto& one : file.at("cases").as_array()) {
    SCOPED_TRACE(test::text(one, "note"));
    const RegistrationExpectation expectation{.authority = test::text(one, "authority"),
                                              .mailbox_id = *MailboxId::from(test::hex(one, "mailbox_id")),
                                              .challenge = test::hex<32>(one, "challenge")};
    EXPECT_EQ(verdict(test::hex(one, "request"), expectation), test::text(one, "expect"));
    ++count;
  }
  EXPECT_GE(count, recorded_cases);
}

TEST(Registration, EveryRuleHasACase) {
  std::set<std::string> cases;
  for (const auto& one : test::registration_cases()) cases.insert(one.expect);
  for (int rule = 0; rule <= static_cast<int>(Rule::act_of_another_request); ++rule) {
    // Two devices with one mailbox can't be in a first list, which has one device: introduction_test has that case.
    if (static_cast<Rule>(rule) == Rule::device_listed_twice) continue;
    EXPECT_TRUE(cases.contains(std::string(name(static_cast<Rule>(rule))))) << name(static_cast<Rule>(rule));
  }
}

TEST(Registration, CasesMadeTodayGetTheSameVerdictsAsTheRecordedOnes) {
  for (const auto& one : test::registration_cases()) {
    SCOPED_TRACE(one.note);
    const RegistrationExpectation expectation{.authority = one.authority,
                                              .mailbox_id = *MailboxId::from(one.mailbox_id),
                                              .challenge = *base::fixed<32>(one.challenge)};
    EXPECT_EQ(verdict(one.request, expectation), one.expect);
  }
}

TEST(Registration, EveryChangedByteIsRefused) {
  test::RegistrationDraft draft(1);
  draft.one_time_prekeys = 0;
  const base::Blob request = draft.request();
  ASSERT_EQ(verdict(request, draft.expectation()), "accept");
  for (std::size_t at = 0; at < request.size(); at += 7) {
    base::Blob changed = request;
    changed[at] ^= 0x01;
    EXPECT_NE(verdict(changed, draft.expectation()), "accept") << "byte " << at;
  }
}

TEST(Registration, ThePeekTellsMailboxAndChallenge) {
  test::RegistrationDraft draft(1);
  const auto peek = peek_registration(draft.request());
  ASSERT_TRUE(peek);
  EXPECT_EQ(peek->mailbox_id, draft.mailbox);
  EXPECT_EQ(peek->challenge, draft.challenge);
}

TEST(Introduction, TwoDevicesWithOneMailboxAreRefused) {
  test::RegistrationDraft draft(1);
  draft.change_list = [&](DeviceList& list) {
    Device second = list.devices.front();
    second.number = DeviceNumber(2);
    second.identity_key = draft.stranger.public_key;
    list.devices.push_back(second);
  };
  const auto checked = check_introduction(draft.introduction());
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().rule, Rule::device_listed_twice);
}

TEST(Introduction, OneDevicesIdentityKeyCantServeAnotherDevice_A03) {
  test::RegistrationDraft draft(1);
  draft.change_list = [](DeviceList& list) {
    Device second = list.devices.front();
    second.number = DeviceNumber(2);
    list.devices.push_back(second);
  };
  const auto checked = check_introduction(draft.introduction());
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().rule, Rule::key_in_two_roles);
}

TEST(Names, NoContextCanBeTakenForAnother_A09) {
  for (const auto left : names::all) {
    EXPECT_EQ(left.find('\0'), left.npos);
    EXPECT_TRUE(left.starts_with("Sotto v1 "));
    for (const auto right : names::all) {
      const base::Blob one = to_be_signed(left, {}), other = to_be_signed(right, {});
      const bool is_prefix = one.size() <= other.size() && std::equal(one.begin(), one.end(), other.begin());
      EXPECT_EQ(is_prefix, left == right) << left << " / " << right;
    }
  }
  EXPECT_EQ(std::set(names::all.begin(), names::all.end()).size(), names::all.size());
}

TEST(Names, NothingSignedRawBeginsLikeOurStatements_A09) {
  test::RegistrationDraft draft(1);
  const auto upload = draft.prekeys();
  EXPECT_NE(upload.signed_prekey->key[0], 0xFF);
  EXPECT_NE(upload.last_resort->key[0], 0xFF);
  EXPECT_NE(relay::ServerCertificate::parse(draft.device().server_certificate)->certificate[0], 0xFF);
  EXPECT_EQ(to_be_signed(names::device_list, {})[0], 0xFF);
}

}  // namespace
}  // namespace sotto::wire

#include "wire/acts.hpp"

#include <gtest/gtest.h>

#include <set>

#include "support/vectors.hpp"
#include "wire/act_cases.hpp"
#include "wire/group_state.hpp"

namespace sotto::wire {
namespace {

constexpr std::size_t recorded_acts = 35, recorded_group_states = 12;

base::Result<void, Refusal> judge_list(const ParsedAct& parsed, const Introduction& held,
                                       const std::string& authority) {
  const auto body = ListBody::parse(parsed.request.body);
  if (!body) return Refusal(Rule::malformed_request, body.error());
  const auto checked = check_list_act(parsed, *body, held, authority);
  if (!checked) return checked.error();
  return {};
}

base::Result<void, Refusal> judge(const std::string& kind, const ParsedAct& parsed, const Introduction& held,
                                  const std::string& authority) {
  const auto before = *rules::parse(held);
  if (kind == "name") {
    TRY_VOID(check_act(parsed, before, authority, Operation::user_name));
    if (const auto body = NameBody::parse(parsed.request.body); !body)
      return Refusal(Rule::malformed_user_name, body.error());
    return {};
  }
  if (kind == "backup") {
    TRY_VOID(check_act(parsed, before, authority, Operation::backup));
    if (const auto body = BackupBody::parse(parsed.request.body); !body)
      return Refusal(Rule::malformed_request, body.error());
    return {};
  }
  if (kind == "keeping") {
    TRY_VOID(check_act(parsed, before, authority, Operation::keeping));
    if (!parsed.request.root_signature) return Refusal(Rule::act_not_by_root);
    return {};
  }
  return check_act(parsed, before, authority, Operation::deletion);
}

std::string verdict(const std::string& kind, base::View request, base::View held_bytes, const std::string& authority) {
  const auto held = *Introduction::parse(held_bytes);
  const auto parsed = parse_act(request);
  if (!parsed) return std::string(name(parsed.error().rule));
  const auto judged = kind == "list" ? judge_list(*parsed, held, authority) : judge(kind, *parsed, held, authority);
  return judged ? "accept" : std::string(name(judged.error().rule));
}

std::string group_verdict(base::View request, base::View group, base::View admins) {
  std::vector<crypto::PublicKey> keys;
  for (; admins.size() >= 33; admins = admins.subspan(33)) keys.push_back(*crypto::PublicKey::parse(admins.first(33)));
  const auto checked = check_group_state(request, *base::fixed<16>(group), keys);
  return checked ? "accept" : std::string(name(checked.error().rule));
}

TEST(Acts, RecordedCasesGetTheirVerdicts) {
  const auto file = test::vectors("statements/acts.json");
  std::size_t count = 0;
  for (const auto& one : file.at("cases").as_array()) {
    SCOPED_TRACE(test::text(one, "note"));
    EXPECT_EQ(verdict(test::text(one, "kind"), test::hex(one, "request"), test::hex(one, "held"),
                      test::text(one, "authority")),
              test::text(one, "expect"));
    ++count;
  }
  EXPECT_GE(count, recorded_acts);
}

TEST(Acts, CasesMadeTodayGetTheSameVerdictsAsTheRecordedOnes) {
  for (const auto& one : test::act_cases()) {
    SCOPED_TRACE(one.note);
    EXPECT_EQ(verdict(one.kind, one.request, one.held, one.authority), one.expect);
  }
}

TEST(Acts, EveryRuleHasACase) {
  std::set<std::string> cases;
  for (const auto& one : test::act_cases()) cases.insert(one.expect);
  for (const auto& one : test::group_state_cases()) cases.insert(one.expect);
  for (int rule = static_cast<int>(Rule::list_not_next); rule <= static_cast<int>(Rule::group_state_not_by_admin);
       ++rule) {
    EXPECT_TRUE(cases.contains(std::string(name(static_cast<Rule>(rule))))) << name(static_cast<Rule>(rule));
  }
}

TEST(Acts, EveryChangedByteIsRefused) {
  const auto cases = test::act_cases();
  const auto& one = cases.front();
  ASSERT_EQ(one.expect, "accept");
  for (std::size_t at = 0; at < one.request.size(); at += 5) {
    base::Blob changed = one.request;
    changed[at] ^= 0x01;
    EXPECT_NE(verdict(one.kind, changed, one.held, one.authority), "accept") << "byte " << at;
  }
}

TEST(GroupStates, RecordedCasesGetTheirVerdicts) {
  const auto file = test::vectors("statements/group_states.json");
  std::size_t count = 0;
  for (const auto& one : file.at("cases").as_array()) {
    SCOPED_TRACE(test::text(one, "note"));
    EXPECT_EQ(group_verdict(test::hex(one, "request"), test::hex(one, "group"), test::hex(one, "admins")),
              test::text(one, "expect"));
    ++count;
  }
  EXPECT_GE(count, recorded_group_states);
}

TEST(GroupStates, CasesMadeTodayGetTheSameVerdictsAsTheRecordedOnes) {
  for (const auto& one : test::group_state_cases()) {
    SCOPED_TRACE(one.note);
    EXPECT_EQ(group_verdict(one.request, one.group, one.admins), one.expect);
  }
}

}  // namespace
}  // namespace sotto::wire

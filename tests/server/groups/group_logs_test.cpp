#include "server/groups/group_logs.hpp"

#include <gtest/gtest.h>

#include "server/limits.hpp"
#include "server/test_device.hpp"
#include "wire/group_state.hpp"

namespace sotto::test {
namespace {

namespace limits = server::limits;

/// A group as its admins write it.
struct TestGroup {
  explicit TestGroup(TestDevice& by) : device(by) {
    frames::BlobGrantRequest request;
    request.set_kind(frames::BlobGrantRequest::GROUP);
    const auto grant = parsed<frames::BlobGrant>(by.ask("POST", "/v1/blobs/grants", serialized(request)).body);
    id = *base::fixed<16>(base::view(grant.id()));
    key = grant.key();
  }
  std::string path() const { return "/v1/groups/" + base::to_base64url(id); }
  base::Blob state(std::string entry, const crypto::KeyPair& signer) {
    made = {.group = id,
            .last_position = last_position,
            .last_hash = last_hash,
            .admin_keys = {admin.public_key},
            .read_tag_hash = wire::group_tag_hash(next_read_tag),
            .member_tag_hash = wire::group_tag_hash(next_member_tag),
            .entry_hash = wire::hash(wire::names::group_entry, base::view(entry))};
    if (change) change(made);
    const wire::GroupStateRequest request{.state = wire::Signed::make(wire::names::group_state, made.serialize(),
                                                                      signer.private_key, device.draft.random),
                                          .entry = base::blob(base::view(entry))};
    made_hash = wire::hash(wire::names::group_state, request.state.statement);
    return request.serialize();
  }
  net::Response create(const base::Blob& body) {
    return device.ask_with({{.name = "Sotto-Grant", .value = base::to_base64url(base::view(key))}}, "PUT", path(),
                           body);
  }
  net::Response create() {
    auto response = create(state("first", admin));
    if (response.status == 200) accept(response);
    return response;
  }
  net::Response with_tag(const wire::GroupTag& tag, std::string method, const std::string& target,
                         base::Blob body = {}) {
    return device.ask_with({{.name = "Sotto-Tag", .value = base::to_base64url(tag)}}, std::move(method),
                           path() + target, std::move(body));
  }
  net::Response append(const base::Blob& body) { return with_tag(member_tag, "POST", "/state", body); }
  net::Response append(std::string entry) {
    auto response = append(state(std::move(entry), admin));
    if (response.status == 200) accept(response);
    return response;
  }
  net::Response say(std::string text) {
    return with_tag(member_tag, "POST", "/statements", base::blob(base::view(text)));
  }
  frames::GroupLog read(std::uint64_t after = 0) {
    return parsed<frames::GroupLog>(with_tag(read_tag, "GET", "/log?after=" + std::to_string(after)).body);
  }
  void accept(const net::Response& response) {
    last_position = parsed<frames::GroupAppended>(response.body).position();
    last_hash = made_hash;
    read_tag = next_read_tag;
    member_tag = next_member_tag;
  }

  TestDevice& device;
  wire::GroupId id{};
  std::string key;
  crypto::KeyPair admin = crypto::KeyPair::generate(device.draft.random);
  wire::GroupTag read_tag = device.draft.random.bytes<16>(), member_tag = device.draft.random.bytes<16>();
  wire::GroupTag next_read_tag = read_tag, next_member_tag = member_tag;
  std::uint64_t last_position = 0;
  wire::Hash last_hash{};
  wire::GroupState made;
  wire::Hash made_hash{};
  std::function<void(wire::GroupState&)> change;
};

struct GroupLogsTest : testing::Test {
  ServerWorld world;
  TestDevice ana{world, 1, "ana"};
  const unsigned status = ana.move_in().status;  // before the group asks for its grant
  TestGroup group{ana};
};

TEST_F(GroupLogsTest, EntriesAreReadInTheOrderInWhichTheyCame) {
  EXPECT_EQ(group.create().status, 200u);
  EXPECT_EQ(group.say("hello").status, 200u);
  EXPECT_EQ(group.append("second").status, 200u);
  const auto log = group.read();
  ASSERT_EQ(log.entries_size(), 3);
  EXPECT_EQ(log.last_position(), 3u);
  EXPECT_EQ(log.entries(1).position(), 2u);
  EXPECT_EQ(log.entries(1).statement(), "hello");
  const auto state = wire::GroupStateRequest::parse(base::view(log.entries(2).state()));
  ASSERT_TRUE(state);
  EXPECT_EQ(base::text(state->entry), "second");
  EXPECT_EQ(group.read(2).entries_size(), 1);
}

TEST_F(GroupLogsTest, TheLogOutlivesARestart) {
  EXPECT_EQ(group.create().status, 200u);
  EXPECT_EQ(group.say("hello").status, 200u);
  world.restart();
  EXPECT_EQ(group.read().entries_size(), 2);
}

TEST_F(GroupLogsTest, OnlyOneOfTwoStatesFollowsTheLast) {
  EXPECT_EQ(group.create().status, 200u);
  const auto late = group.state("late", group.admin);
  EXPECT_EQ(group.append("second").status, 200u);
  const auto lost = group.append(late);
  EXPECT_EQ(lost.status, 409u);
  const auto error = parsed<frames::Error>(lost.body);
  EXPECT_EQ(error.code(), "group_passed");
  EXPECT_EQ(error.position(), 2u);
  EXPECT_EQ(error.state_hash(), base::text(group.last_hash));
  EXPECT_EQ(group.read().entries_size(), 2);
}

TEST_F(GroupLogsTest, StatementsDoNotStandInTheWayOfAState) {
  EXPECT_EQ(group.create().status, 200u);
  const auto state = group.state("second", group.admin);
  EXPECT_EQ(group.say("in between").status, 200u);
  EXPECT_EQ(group.append(state).status, 200u);
}

TEST_F(GroupLogsTest, TheSameStateAgainIsARetry) {
  EXPECT_EQ(group.create().status, 200u);
  const auto state = group.state("second", group.admin);
  EXPECT_EQ(group.append(state).status, 200u);
  const auto again = group.append(state);
  EXPECT_EQ(again.status, 200u);
  EXPECT_EQ(parsed<frames::GroupAppended>(again.body).position(), 2u);
  EXPECT_EQ(group.read().entries_size(), 2);
}

TEST_F(GroupLogsTest, TheSameStatementAgainIsARetry) {
  EXPECT_EQ(group.create().status, 200u);
  EXPECT_EQ(group.say("hello").status, 200u);
  EXPECT_EQ(group.say("hello").status, 200u);
  EXPECT_EQ(group.read().entries_size(), 2);
}

TEST_F(GroupLogsTest, WhoIsNoAdminWritesNoState) {
  EXPECT_EQ(group.create().status, 200u);
  const auto refused = group.append(group.state("second", ana.draft.stranger));
  EXPECT_EQ(refused.status, 400u);
  EXPECT_TRUE(parsed<frames::Error>(refused.body).message().starts_with("group_state_not_by_admin"));
  EXPECT_EQ(group.read().entries_size(), 1);
}

TEST_F(GroupLogsTest, ARemovalAndTheLossOfRightsAreOneEvent) {
  EXPECT_EQ(group.create().status, 200u);
  const auto old_admin = group.admin.clone();
  const auto old_read = group.read_tag, old_member = group.member_tag;
  group.next_read_tag = ana.draft.random.bytes<16>();
  group.next_member_tag = ana.draft.random.bytes<16>();
  const crypto::KeyPair successor = crypto::KeyPair::generate(ana.draft.random);
  group.change = [&successor](wire::GroupState& state) { state.admin_keys = {successor.public_key}; };
  EXPECT_EQ(group.append("removal").status, 200u);
  EXPECT_EQ(group.with_tag(old_read, "GET", "/log").status, 403u);
  EXPECT_EQ(group.with_tag(old_member, "POST", "/statements", {1}).status, 403u);
  EXPECT_EQ(group.append(group.state("again", old_admin)).status, 400u);
  EXPECT_EQ(group.append(group.state("again", successor)).status, 200u);
}

TEST_F(GroupLogsTest, OtherBytesThanWereSignedAreRefused) {
  EXPECT_EQ(group.create().status, 200u);
  group.change = [](wire::GroupState& state) { state.entry_hash[0] ^= 1; };
  EXPECT_EQ(group.append("second").status, 400u);
  group.change = [](wire::GroupState& state) { state.group[0] ^= 1; };
  EXPECT_EQ(group.append("second").status, 400u);
}

TEST_F(GroupLogsTest, AReaderWritesNothing) {
  EXPECT_EQ(group.create().status, 200u);
  EXPECT_EQ(group.with_tag(group.read_tag, "POST", "/statements", {1}).status, 403u);
  EXPECT_EQ(group.with_tag(group.read_tag, "POST", "/state", group.state("second", group.admin)).status, 403u);
  EXPECT_EQ(group.read().entries_size(), 1);
}

TEST_F(GroupLogsTest, AWrongTagAndAGroupThatIsNotThereAreAnsweredAlike) {
  EXPECT_EQ(group.create().status, 200u);
  const auto wrong = group.with_tag({1, 2, 3}, "GET", "/log");
  group.id[0] ^= 1;
  const auto absent = group.with_tag(group.read_tag, "GET", "/log");
  EXPECT_EQ(wrong.status, 403u);
  EXPECT_EQ(wrong.status, absent.status);
  EXPECT_EQ(wrong.body, absent.body);
}

TEST_F(GroupLogsTest, AGroupIsMadeByAGrantAndOnlyOnce) {
  const auto first = group.state("first", group.admin);
  EXPECT_EQ(group.create(first).status, 200u);
  EXPECT_EQ(group.create(first).status, 200u);
  EXPECT_EQ(code_of(group.create(group.state("another", group.admin))), "group_exists");
  TestGroup other(ana);
  other.key = std::string(16, 'x');
  EXPECT_EQ(code_of(other.create()), "no_such_grant");
}

TEST_F(GroupLogsTest, AGrantForABlobMakesNoGroup) {
  frames::BlobGrantRequest request;
  request.set_size(100);
  const auto grant = parsed<frames::BlobGrant>(ana.ask("POST", "/v1/blobs/grants", serialized(request)).body);
  group.id = *base::fixed<16>(base::view(grant.id()));
  group.key = grant.key();
  EXPECT_EQ(code_of(group.create()), "no_such_grant");
}

TEST_F(GroupLogsTest, AReaderThatWaitsIsToldAtOnce) {
  EXPECT_EQ(group.create().status, 200u);
  std::optional<net::Result<net::Response>> answer;
  net::HttpClient waiting(world.network, world.time, world.endpoint(), {});
  net::Request request{.target = group.path() + "/log?after=1&wait=1",
                       .headers = {{.name = "Sotto-Tag", .value = base::to_base64url(group.read_tag)}}};
  net::spawn(world.time.executor(), net::keep_result(waiting.send(std::move(request)), answer));
  world.time.run_for(std::chrono::seconds(5));
  EXPECT_FALSE(answer);
  EXPECT_EQ(group.say("hello").status, 200u);
  EXPECT_TRUE(world.time.run_until([&answer] { return answer.has_value(); }, std::chrono::seconds(1)));
  EXPECT_EQ(parsed<frames::GroupLog>((*answer)->body).entries(0).statement(), "hello");
  waiting.disconnect();
  world.time.settle();
}

TEST_F(GroupLogsTest, StatementsHaveAQuotaUntilTheNextState) {
  EXPECT_EQ(group.create().status, 200u);
  for (std::uint64_t i = 0; i < limits::group_statements; ++i) {
    world.time.run_for(std::chrono::seconds(2));
    EXPECT_EQ(group.say("statement " + std::to_string(i)).status, 200u);
  }
  world.time.run_for(std::chrono::seconds(2));
  EXPECT_EQ(code_of(group.say("one more")), "too_many_statements");
  EXPECT_EQ(group.append("second").status, 200u);
  EXPECT_EQ(group.say("one more").status, 200u);
}

TEST_F(GroupLogsTest, AMembersFloodKeepsNoAdminFromWriting) {
  EXPECT_EQ(group.create().status, 200u);
  int said = 0;
  while (group.say("statement " + std::to_string(said)).status == 200u) ++said;
  EXPECT_EQ(code_of(group.say("one more")), "too_many");
  EXPECT_EQ(group.append("a removal").status, 200u);
}

TEST_F(GroupLogsTest, AFloodWaits) {
  EXPECT_EQ(group.create().status, 200u);
  unsigned answer = 200;
  for (int i = 0; answer == 200u && i < 200; ++i) answer = group.say("statement " + std::to_string(i)).status;
  EXPECT_EQ(answer, 429u);
}

}  // namespace
}  // namespace sotto::test

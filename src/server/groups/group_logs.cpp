#include "server/groups/group_logs.hpp"

#include "crypto/equal.hpp"
#include "server/accounts/statements.hpp"
#include "server/answer.hpp"
#include "server/limits.hpp"
#include "server/parameters.hpp"
#include "server/shown.hpp"

namespace sotto::server {
namespace {

net::Response no_such_group() { return refuse(403, "no_such_group", "there is no such group, or the tag is not its"); }

net::Response answer_to(const GroupOutcome& outcome) {
  wire::frames::Error error;
  wire::frames::GroupAppended appended;
  switch (outcome.what) {
    case Appended::done:
    case Appended::repeated:
      appended.set_position(outcome.position);
      return ok(appended);
    case Appended::passed:
      error.set_code("group_passed");
      error.set_message("another state entry came first");
      error.set_position(outcome.position);
      error.set_state_hash(base::text(outcome.state_hash));
      return refuse(409, error);
    case Appended::too_many:
      return refuse(409, "too_many_statements", "an admin has to write a state entry first");
    case Appended::full:
      return refuse(507, "group_full", "the log of this group has no room left");
  }
  return malformed_body();
}

/// Each lane has its own: statements, which any member may send, keep no admin from removing that member.
unsigned wait_before_appending(Context& context, const KnownGroup& group, Rates::Of lane) {
  return context.rates.take(lane, group.row.value,
                            {.a_second = limits::group_appends_a_second, .at_once = limits::group_appends_at_once});
}

LongPolls::Subject subject_of(GroupRow group) { return group.value << 1; }

NewGroupState new_state(wire::CheckedGroupState checked, base::Blob request) {
  return {.state = std::move(checked.state), .state_hash = checked.state_hash, .entry = std::move(request)};
}

}  // namespace

asio::awaitable<base::Result<GroupAccess, net::Response>> group_of(Context& context, const Call& call) {
  const auto id = id_in(call);
  const base::SecretBlob tag = shown(call.request, tag_header);
  if (!id || tag.size() != 16) co_return no_such_group();
  const auto found = co_await context.storage.groups().find(*id);
  if (!found) co_return refuse(found.error());
  const auto tag_hash = wire::group_tag_hash(tag.expose());
  const KnownGroup nobody{.row = GroupRow(0)};
  const KnownGroup& group = *found ? **found : nobody;  // the same work for a group that isn't there
  const bool is_member = crypto::equal(tag_hash, group.member_tag_hash);
  const bool is_reader = crypto::equal(tag_hash, group.read_tag_hash);
  if (!*found || !(is_member || is_reader)) co_return no_such_group();
  co_return GroupAccess{.group = group, .is_member = is_member};
}

asio::awaitable<net::Response> create_group(Context& context, Call call) {
  if (call.grant->what != GrantFor::group)
    co_return refuse(403, "no_such_grant", "there is no such grant, or it is used up or too old");
  auto checked = wire::check_group_state(call.request.body, call.grant->id, {});
  if (!checked) co_return bad_statement(checked.error());
  if (checked->state.last_position != 0 || checked->state.last_hash != wire::Hash{})
    co_return bad_statement(wire::Rule::malformed_group_state);
  NewGroupState first = new_state(*std::move(checked), std::move(call.request.body));
  const auto outcome = co_await context.storage.groups().create(std::move(first));
  if (!outcome) co_return refuse(outcome.error());
  // The grant stays until it is too old: a retry is answered by it, and nothing else can be done with it.
  if (outcome->what == Appended::passed) co_return refuse(409, "group_exists", "this group began otherwise");
  co_return answer_to(*outcome);
}

asio::awaitable<net::Response> append_state(Context& context, Call call) {
  forget_shown(call.request);
  const KnownGroup group = call.group->group;
  if (!call.group->is_member) co_return no_such_group();
  const auto id = id_in(call);
  auto checked = wire::check_group_state(call.request.body, *id, group.admin_keys);
  if (!checked || checked->state.last_position == 0)
    co_return bad_statement(checked ? wire::Refusal(wire::Rule::malformed_group_state) : checked.error());
  // After the signature: only an admin uses up what admins may do.
  const unsigned wait = wait_before_appending(context, group, Rates::Of::group_states);
  if (wait > 0) co_return too_many(wait);
  NewGroupState state = new_state(*std::move(checked), std::move(call.request.body));
  const auto outcome = co_await context.storage.groups().append_state(group.row, std::move(state));
  if (!outcome) co_return refuse(outcome.error());
  context.long_polls.ring(subject_of(group.row));
  co_return answer_to(*outcome);
}

asio::awaitable<net::Response> append_statement(Context& context, Call call) {
  forget_shown(call.request);
  const KnownGroup group = call.group->group;
  if (!call.group->is_member) co_return no_such_group();
  if (call.request.body.empty()) co_return malformed_body();
  if (const unsigned wait = wait_before_appending(context, group, Rates::Of::groups); wait > 0)
    co_return too_many(wait);
  const auto outcome = co_await context.storage.groups().append_statement(group.row, group.member_tag_hash,
                                                                          std::move(call.request.body));
  if (!outcome) co_return refuse(outcome.error());
  if (outcome->what == Appended::passed) co_return no_such_group();  // it changed its tags meanwhile
  context.long_polls.ring(subject_of(group.row));
  co_return answer_to(*outcome);
}

asio::awaitable<net::Response> read_log(Context& context, Call call) {
  const ForgetsShown at_the_end(call.request);
  const GroupRow group = call.group->group.row;
  const std::uint64_t after = number_in(call, "after").value_or(0);
  LongPolls::Place waiting(context.long_polls, subject_of(group));
  for (bool goes_on = number_in(call, "wait").value_or(0) != 0;;) {
    const auto part = co_await context.storage.groups().read(group, after);
    if (!part) co_return refuse(part.error());
    if (!part->entries.empty() || !goes_on) {
      wire::frames::GroupLog answer;
      answer.set_last_position(part->last);
      for (const GroupLogEntry& entry : part->entries) {
        auto& described = *answer.add_entries();
        described.set_position(entry.position);
        (entry.is_state ? *described.mutable_state() : *described.mutable_statement()) = base::text(entry.entry);
      }
      co_return ok(answer);
    }
    goes_on = co_await waiting.wait();
    const auto again = co_await group_of(context, call);  // what happened may have taken the right away
    if (!again) co_return again.error();
  }
}

}  // namespace sotto::server

#include "server/accounts/acts.hpp"

#include "server/accounts/judged_act.hpp"
#include "server/accounts/proofs.hpp"
#include "server/answer.hpp"
#include "server/limits.hpp"

namespace sotto::server {
namespace {

using wire::Operation;

/// A device that comes along has the mailbox that was issued with the challenge.
bool has_issued_mailbox(Context& context, const Begun& begun, const wire::ListBody& body,
                        const wire::DeviceList& list) {
  if (!body.arrival) return true;
  const wire::AccountAct& act = begun.parsed.act;
  const auto mailbox = mailbox_of(act.challenge, context.storage.secret(), act.account_id);
  return list.device(body.arrival->number)->mailbox_id == mailbox;
}

Judged<ListChange> list_change(Context& context, const Begun& begun) {
  auto body = wire::ListBody::parse(begun.parsed.request.body);
  if (!body) return bad_statement(wire::Refusal(wire::Rule::malformed_request, body.error()));
  auto checked = wire::check_list_act(begun.parsed, *body, begun.held, begun.authority);
  if (!checked) return bad_statement(checked.error());
  if (!has_issued_mailbox(context, begun, *body, checked->identity.list))
    return bad_statement(wire::Rule::mailbox_not_issued);
  if (auto refused = wait_before_acting(context, begun.account)) return *std::move(refused);
  const base::Blob introduction = checked->introduction.serialize();
  const wire::Hash held_hash = wire::hash(wire::names::device_list, begun.held.list.statement);
  if (body->replaced_hash != held_hash && introduction != begun.account.introduction)
    return list_passed(begun.account.introduction);
  ListChange change{.on = act_on(begun, context.today()),
                    .introduction = introduction,
                    .is_new_epoch = checked->is_succession,
                    .devices = listed(checked->identity.list, begun.account.row)};
  if (body->arrival)
    change.arrival = {.number = body->arrival->number,
                      .token_hash = body->arrival->token_hash,
                      .prekeys = std::move(body->arrival->prekeys)};
  return change;
}

}  // namespace

asio::awaitable<net::Response> begin_act(Context& context, Call call) {
  const auto request = parse_frame<wire::frames::ActBegin>(call.request.body);
  if (!request) co_return malformed_body();
  const auto account = wire::AccountId::from(base::view(request->account_id()));
  if (!account) co_return malformed_body();
  const auto secret = context.storage.secret();
  const Proof challenge = issue(ProofOf::act, secret, *account, context.clock.now(), context.random);
  wire::frames::ActBegun begun;
  begun.set_challenge(base::text(challenge));
  begun.set_mailbox_id(base::text(mailbox_of(challenge, secret, *account).view()));
  co_return ok(begun);
}

asio::awaitable<net::Response> put_list(Context& context, Call call) {
  const auto begun = co_await begin_judging(context, call);
  if (!begun) co_return begun.error();
  auto change = list_change(context, *begun);
  if (!change) co_return change.error();
  const auto outcome = co_await context.storage.acts().replace_list(*std::move(change));
  if (!outcome) co_return refuse(outcome.error());
  wire::frames::Notice notice;
  notice.mutable_list_changed();
  tell_outcome(context, *outcome, notice);
  co_return answer_to(*outcome);
}

asio::awaitable<net::Response> put_name(Context& context, Call call) {
  const auto begun = co_await begin_judging(context, call);
  if (!begun) co_return begun.error();
  if (auto refused = judge(context, *begun, Operation::user_name)) co_return *std::move(refused);
  auto body = wire::NameBody::parse(begun->parsed.request.body);
  if (!body) co_return bad_statement(wire::Refusal(wire::Rule::malformed_user_name, body.error()));
  NameChange change{.on = act_on(*begun, context.today()), .user_name = std::move(body->user_name)};
  const auto outcome = co_await context.storage.acts().rename(std::move(change));
  if (!outcome) co_return refuse(outcome.error());
  co_return answer_to(*outcome);
}

asio::awaitable<net::Response> delete_account(Context& context, Call call) {
  const auto begun = co_await begin_judging(context, call);
  if (!begun) co_return begun.error();
  if (auto refused = judge(context, *begun, Operation::deletion)) co_return *std::move(refused);
  if (!begun->parsed.request.body.empty()) co_return malformed_body();
  const base::Day on{context.today().value + limits::deletion_days};
  ActOn act = act_on(*begun, context.today());
  const auto outcome = co_await context.storage.acts().remove_account(std::move(act), on);
  if (!outcome) co_return refuse(outcome.error());
  wire::frames::Notice notice;
  notice.mutable_deletion_pending()->set_day(on.value);
  tell_outcome(context, *outcome, notice);
  co_return answer_to(*outcome);
}

asio::awaitable<net::Response> keep_account(Context& context, Call call) {
  const auto begun = co_await begin_judging(context, call);
  if (!begun) co_return begun.error();
  if (auto refused = judge(context, *begun, Operation::keeping)) co_return *std::move(refused);
  if (!begun->parsed.request.root_signature) co_return bad_statement(wire::Rule::act_not_by_root);
  if (!begun->parsed.request.body.empty()) co_return malformed_body();
  ActOn act = act_on(*begun, context.today());
  const auto outcome = co_await context.storage.acts().keep_account(std::move(act));
  if (!outcome) co_return refuse(outcome.error());
  wire::frames::Notice notice;
  notice.mutable_deletion_pending();
  tell_outcome(context, *outcome, notice);
  co_return answer_to(*outcome);
}

asio::awaitable<net::Response> put_backup(Context& context, Call call) {
  const auto begun = co_await begin_judging(context, call);
  if (!begun) co_return begun.error();
  if (auto refused = judge(context, *begun, Operation::backup)) co_return *std::move(refused);
  auto body = wire::BackupBody::parse(begun->parsed.request.body);
  if (!body) co_return bad_statement(wire::Refusal(wire::Rule::malformed_request, body.error()));
  NewBackup backup{.on = act_on(*begun, context.today()),
                   .counter = body->counter,
                   .size = body->size,
                   .sha256 = body->archive_hash,
                   .manifest = std::move(body->manifest),
                   .blob = body->blob};
  const auto outcome = co_await context.storage.backups().replace(std::move(backup));
  if (!outcome) co_return refuse(outcome.error());
  if (outcome->act.what != Acted::counter_passed) co_return answer_to(outcome->act);
  wire::frames::Error error;
  error.set_code("backup_passed");
  error.set_message("an archive of this counter or a higher one is here");
  error.set_backup_counter(outcome->counter);
  co_return refuse(409, error);
}

asio::awaitable<net::Response> put_settings(Context& context, Call call) {
  const auto request = parse_frame<wire::frames::Settings>(call.request.body);
  if (!request) co_return malformed_body();
  const AccountSettings settings{.is_discoverable = request->is_discoverable(),
                                 .takes_knocks = request->takes_knocks()};
  const auto done = co_await context.storage.accounts().set(call.device->account_row, settings);
  if (!done) co_return refuse(done.error());
  co_return ok();
}

}  // namespace sotto::server

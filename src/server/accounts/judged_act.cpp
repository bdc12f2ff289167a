#include "server/accounts/judged_act.hpp"

#include "server/accounts/proofs.hpp"
#include "server/answer.hpp"
#include "server/limits.hpp"
#include "server/mailbox/hub.hpp"

namespace sotto::server {
namespace {

using wire::Operation;

/// The answer is one for who is not the account and for an account that isn't there.
net::Response not_the_account() { return bad_statement(wire::Rule::act_not_by_account_key); }

}  // namespace

net::Response list_passed(const base::Blob& introduction) {
  if (introduction.empty()) return not_the_account();
  wire::frames::Error error;
  error.set_code("list_passed");
  error.set_message("another list of this account stands here");
  error.set_introduction(base::text(introduction));
  return refuse(409, error);
}

net::Response answer_to(const ActOutcome& outcome) {
  switch (outcome.what) {
    case Acted::done:
    case Acted::repeated:
      return ok();
    case Acted::challenge_used:
      return refuse(409, "act_used", "this was done once, and something else after it");
    case Acted::passed:
      return list_passed(outcome.introduction);
    case Acted::key_known:
      return refuse(409, "key_known", "a key of a new device is in use already; make new ones");
    case Acted::device_unknown:
      return refuse(409, "device_unknown", "the list names a device that neither is the account's nor waits for it");
    case Acted::number_given:
      return refuse(409, "number_given", "a device number was another device's within this epoch");
    case Acted::name_taken:
      return refuse(409, "name_taken", "this user name is taken");
    case Acted::blob_missing:
      return refuse(409, "no_such_archive", "no archive of this size and hash has been uploaded");
    case Acted::counter_passed:
      return refuse(409, "backup_passed", "an archive of this counter or a higher one is here");
  }
  return malformed_body();
}

asio::awaitable<Judged<Begun>> begin_judging(Context& context, const Call& call) {
  auto parsed = wire::parse_act(call.request.body);
  if (!parsed) co_return bad_statement(parsed.error());
  const wire::AccountAct& act = parsed->act;
  const auto state =
      state_of(ProofOf::act, act.challenge, context.storage.secret(), act.account_id, context.clock.now());
  if (state != ChallengeState::good) co_return challenge_expired();
  auto authority = authority_of(context, call.request);
  if (!authority) co_return bad_host();
  auto account = co_await context.storage.accounts().account(act.account_id);
  if (!account) co_return refuse(account.error());
  if (!*account) {
    // The retry of a deletion that was done. The challenge is all that is left of it.
    const auto is_used = co_await context.storage.acts().is_used(act.challenge);
    if (is_used && *is_used && act.operation == Operation::deletion) co_return ok();
    co_return not_the_account();
  }
  auto held = wire::Introduction::parse((*account)->introduction);
  if (!held) co_return refuse(StorageProblem::failed);
  co_return Begun{.parsed = *std::move(parsed),
                  .account = **std::move(account),
                  .held = *std::move(held),
                  .authority = *std::move(authority)};
}

std::optional<net::Response> wait_before_acting(Context& context, const KnownAccount& account) {
  const unsigned wait = context.rates.take(Rates::Of::acts, account.row.value,
                                           {.a_second = limits::acts_a_second, .at_once = limits::acts_at_once});
  if (wait > 0) return too_many(wait);
  return std::nullopt;
}

std::optional<net::Response> judge(Context& context, const Begun& begun, Operation operation) {
  const auto held = wire::rules::parse(begun.held);
  if (!held) return refuse(StorageProblem::failed);
  const auto checked = wire::check_act(begun.parsed, *held, begun.authority, operation);
  if (checked) return wait_before_acting(context, begun.account);
  const bool is_late =
      checked.error().rule == wire::Rule::act_of_another_request && begun.parsed.act.order != held->list.order;
  return is_late ? list_passed(begun.account.introduction) : bad_statement(checked.error());
}

std::vector<KnownDevice> listed(const wire::DeviceList& list, AccountRow account) {
  std::vector<KnownDevice> devices;
  for (const wire::Device& device : list.devices) {
    devices.push_back({.row = DeviceRow(0),
                       .account_row = account,
                       .account = list.account_id,
                       .number = device.number,
                       .registration_id = device.registration_id,
                       .mailbox = device.mailbox_id,
                       .identity_key = device.identity_key});
  }
  return devices;
}

ActOn act_on(const Begun& begun, base::Day day) {
  return {.account = begun.account.row,
          .introduction = begun.account.introduction,
          .challenge = begun.parsed.act.challenge,
          .day = day,
          .is_by_root = begun.parsed.request.root_signature.has_value()};
}

void tell_outcome(Context& context, const ActOutcome& outcome, const wire::frames::Notice& notice) {
  for (const DeviceRow device : outcome.removed)
    context.hub.send_away(device, {.code = close_removed, .text = "no longer a device of the account"});
  if (outcome.what == Acted::done) tell(context, outcome.devices, notice);
}

}  // namespace sotto::server

#include "server/accounts/presenting.hpp"

#include "crypto/hash.hpp"
#include "server/accounts/judged_act.hpp"
#include "server/accounts/proofs.hpp"
#include "server/answer.hpp"
#include "server/limits.hpp"
#include "wire/device_return.hpp"

namespace sotto::server {
namespace {

struct Presented {
  wire::Introduction introduction;
  wire::CheckedIntroduction checked;
  KnownAccount account;
};

Judged<Presented> check(const Context& context, const net::Request& request, wire::Introduction introduction,
                        KnownAccount account) {
  const auto authority = authority_of(context, request);
  if (!authority) return bad_host();
  auto checked = wire::check_introduction(introduction);
  if (!checked) return bad_statement(checked.error());
  if (checked->list.account_id != account.id) return bad_statement(wire::Rule::list_of_another_account);
  if (checked->list.home_server != *authority) return bad_statement(wire::Rule::another_home_server);
  return Presented{
      .introduction = std::move(introduction), .checked = *std::move(checked), .account = std::move(account)};
}

/// Only a higher one takes the place of what stands.
asio::awaitable<net::Response> take(Context& context, Presented presented) {
  const base::Blob bytes = presented.introduction.serialize();
  const auto held = wire::Introduction::parse(presented.account.introduction);
  const auto parsed =
      held ? wire::rules::parse(*held)
           : base::Result<wire::CheckedIntroduction, wire::Refusal>(wire::Refusal(wire::Rule::malformed_request));
  if (!parsed) co_return refuse(StorageProblem::failed);
  if (bytes == presented.account.introduction) co_return ok();
  if (presented.checked.list.order <= parsed->list.order) co_return list_passed(presented.account.introduction);
  ListChange change{.on = {.account = presented.account.row,
                           .introduction = presented.account.introduction,
                           .challenge = presented.checked.list_hash,
                           .day = context.today()},
                    .introduction = bytes,
                    .is_new_epoch = presented.checked.list.order.epoch != parsed->list.order.epoch,
                    .devices = listed(presented.checked.list, presented.account.row),
                    .may_be_absent = true};
  const auto outcome = co_await context.storage.acts().replace_list(std::move(change));
  if (!outcome) co_return refuse(outcome.error());
  wire::frames::Notice notice;
  notice.mutable_list_changed();
  tell_outcome(context, *outcome, notice);
  co_return answer_to(*outcome);
}

struct Parsed {
  wire::DeviceReturnRequest request;
  wire::DeviceReturn says;
  wire::PrekeyUpload prekeys;
};

std::optional<Parsed> parse_return(const base::Blob& body) {
  auto request = wire::DeviceReturnRequest::parse(body);
  if (!request) return std::nullopt;
  auto says = wire::DeviceReturn::parse(request->statement.statement);
  auto prekeys = wire::PrekeyUpload::parse(request->prekeys);
  if (!says || !prekeys) return std::nullopt;
  return Parsed{.request = *std::move(request), .says = *std::move(says), .prekeys = *std::move(prekeys)};
}

/// The device that the statement is by, if all that it says is so.
const wire::Device* speaker(const Parsed& parsed, const wire::DeviceList& list) {
  const auto& [request, says, prekeys] = parsed;
  const wire::Device* device = list.device(says.number);
  const bool is_whole = device != nullptr && prekeys.signed_prekey && prekeys.last_resort &&
                        says.account_id == list.account_id && says.server == list.home_server &&
                        says.prekeys_hash == crypto::sha256({request.prekeys}) &&
                        request.statement.is_by(device->identity_key, wire::names::device_return) &&
                        prekeys.is_signed_by(device->identity_key);
  return is_whole ? device : nullptr;
}

net::Response answer_to(Returned outcome) {
  switch (outcome) {
    case Returned::done:
    case Returned::repeated:
      return ok();
    case Returned::device_known:
      return refuse(409, "device_known", "this device is here, or was never lost: it has its token");
    case Returned::key_known:
      return refuse(409, "key_known", "a key or the token of this device is in use already; make new ones");
  }
  return malformed_body();
}

}  // namespace

asio::awaitable<net::Response> present_account(Context& context, Call call) {
  auto introduction = wire::Introduction::parse(call.request.body);
  if (!introduction) co_return malformed_body();
  auto account = co_await context.storage.accounts().account(call.device->account_row);
  if (!account) co_return refuse(account.error());
  if (!*account) co_return malformed_body();
  auto presented = check(context, call.request, *std::move(introduction), **std::move(account));
  if (!presented) co_return presented.error();
  if (auto refused = wait_before_acting(context, presented->account)) co_return *std::move(refused);
  co_return co_await take(context, *std::move(presented));
}

asio::awaitable<net::Response> return_device(Context& context, Call call) {
  auto parsed = parse_return(call.request.body);
  if (!parsed) co_return malformed_body();
  const wire::AccountId id = parsed->says.account_id;
  const auto state = state_of(ProofOf::act, parsed->says.challenge, context.storage.secret(), id, context.clock.now());
  if (state != ChallengeState::good) co_return challenge_expired();
  auto account = co_await context.storage.accounts().account(id);
  if (!account) co_return refuse(account.error());
  // There is one answer for who is not of the account and for an account that isn't there.
  if (!*account) co_return bad_statement(wire::Rule::act_not_by_account_key);
  auto presented = check(context, call.request, parsed->request.introduction, **std::move(account));
  if (!presented) co_return presented.error();
  const wire::Device* device = speaker(*parsed, presented->checked.list);
  if (device == nullptr) co_return bad_statement(wire::Rule::act_not_by_account_key);
  if (auto refused = wait_before_acting(context, presented->account)) co_return *std::move(refused);
  LostDevice lost{.account = presented->account.row,
                  .number = device->number,
                  .identity_key = device->identity_key,
                  .token_hash = parsed->says.token_hash,
                  .prekeys = std::move(parsed->prekeys),
                  .day = context.today()};
  // What stands by now may be higher than what it brings, and name it, too.
  net::Response taken = co_await take(context, *std::move(presented));
  if (taken.status != 200 && taken.status != 409) co_return taken;
  const auto outcome = co_await context.storage.acts().return_device(std::move(lost));
  if (!outcome) co_return refuse(outcome.error());
  co_return answer_to(*outcome);
}

}  // namespace sotto::server

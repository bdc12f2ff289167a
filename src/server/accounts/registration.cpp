#include "server/accounts/registration.hpp"

#include "crypto/hash.hpp"
#include "server/accounts/challenges.hpp"
#include "server/accounts/statements.hpp"
#include "server/answer.hpp"
#include "server/limits.hpp"
#include "server/shown.hpp"
#include "wire/registration.hpp"

namespace sotto::server {
namespace {

net::Response closed() { return refuse(403, "registration_closed", "this server takes no new accounts"); }

/// What the invite in the header is known by; nothing if there is none.
std::optional<base::Bytes<32>> invite_of(net::Request& request) {
  const base::SecretBlob token = shown(request, invite_header);
  forget_shown(request);
  if (token.size() != 16) return std::nullopt;
  return wire::hash(wire::names::invite, token.expose());
}

net::Response not_invited() {
  return refuse(403, "not_invited", "this server takes invited accounts only, and this invite is not good");
}

NewAccount new_account(wire::CheckedRegistration checked, const base::Bytes<32>& request_hash, base::Day day) {
  const wire::Device& device = checked.identity.list.devices.front();
  return {.id = checked.identity.list.account_id,
          .user_name = std::move(checked.user_name),
          .introduction = checked.introduction.serialize(),
          .backup_statement = std::move(checked.backup_statement),
          .request_hash = request_hash,
          .token_hash = checked.token_hash,
          .number = device.number,
          .registration_id = device.registration_id,
          .mailbox = device.mailbox_id,
          .identity_key = device.identity_key,
          .prekeys = std::move(checked.prekeys),
          .day = day};
}

net::Response answer_to(Registered outcome) {
  switch (outcome) {
    case Registered::done:
    case Registered::repeated:
      return ok();
    case Registered::key_known:
      return refuse(409, "key_known", "a key of this device is in use already; make new ones");
    case Registered::challenge_used:
      return challenge_expired();
    case Registered::account_exists:
      return refuse(409, "account_exists", "this account is registered already");
    case Registered::name_taken:
      return refuse(409, "name_taken", "this user name is taken");
    case Registered::not_invited:
      return not_invited();
  }
  return malformed_body();
}

}  // namespace

asio::awaitable<net::Response> begin_registration(Context& context, Call call) {
  if (context.registration == Registration::closed) co_return closed();
  wire::frames::RegisterBegin wish;
  const auto& body = call.request.body;
  if (!wish.ParseFromArray(body.data(), static_cast<int>(body.size()))) co_return malformed_body();
  if (!wish.user_name().empty()) {
    if (!wire::is_user_name(wish.user_name())) co_return malformed_body();
    const unsigned wait = context.strangers.wait_before(limits::Deed::name_tried, call.stranger);
    if (wait > 0) co_return too_many(wait);
    const auto found = co_await context.storage.accounts().account_named(wish.user_name());
    if (!found) co_return refuse(found.error());
    if (*found) co_return answer_to(Registered::name_taken);
  }
  const Challenge challenge = issue(context.storage.secret(), context.clock.now(), context.random);
  wire::frames::RegisterBegun begun;
  begun.set_mailbox_id(base::text(challenge.mailbox.view()));
  begun.set_challenge(base::text(challenge.challenge));
  co_return ok(begun);
}

asio::awaitable<net::Response> register_account(Context& context, Call call) {
  const base::Blob& request = call.request.body;
  const unsigned wait = context.strangers.wait_before(limits::Deed::registration, call.stranger);
  if (wait > 0) co_return too_many(wait);
  const auto request_hash = crypto::sha256({request});
  const auto known = co_await context.storage.accounts().is_registered_by(request_hash);
  if (!known) co_return refuse(known.error());
  if (*known) co_return ok();

  const auto peeked = wire::peek_registration(request);
  if (!peeked) co_return bad_statement(peeked.error());
  const Challenge challenge{.mailbox = peeked->mailbox_id, .challenge = peeked->challenge};
  if (state_of(challenge, context.storage.secret(), context.clock.now()) != ChallengeState::good)
    co_return challenge_expired();

  const auto authority = authority_of(context, call.request);
  if (!authority) co_return bad_host();
  const wire::RegistrationExpectation expectation{
      .authority = *authority, .mailbox_id = challenge.mailbox, .challenge = challenge.challenge};
  auto checked = wire::check_registration(request, expectation);
  if (!checked) co_return bad_statement(checked.error());
  if (context.registration == Registration::closed) co_return closed();

  NewAccount account = new_account(*std::move(checked), request_hash, context.today());
  if (context.registration == Registration::invite) {
    account.invite = invite_of(call.request);
    if (!account.invite) co_return not_invited();
  }
  const auto outcome = co_await context.storage.accounts().register_account(std::move(account));
  if (!outcome) co_return refuse(outcome.error());
  co_return answer_to(*outcome);
}

}  // namespace sotto::server

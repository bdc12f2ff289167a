#include "server/devices/devices.hpp"

#include "crypto/hash.hpp"
#include "server/accounts/proofs.hpp"
#include "server/accounts/statements.hpp"
#include "server/answer.hpp"
#include "server/limits.hpp"

namespace sotto::server {
namespace {

net::Response grant_expired() {
  return refuse(410, "grant_expired", "the grant took too long or was used already; ask the account for another");
}

net::Response answer_to(Waits outcome) {
  switch (outcome) {
    case Waits::done:
    case Waits::repeated:
      return ok();
    case Waits::grant_used:
      return grant_expired();
    case Waits::key_known:
      return refuse(409, "key_known", "a key or the token of this device is in use already; make new ones");
    case Waits::too_many:
      return refuse(409, "too_many_waiting", "as many devices as may wait for a list of this account do so already");
  }
  return malformed_body();
}

net::Response answer_to(TokenSet outcome) {
  switch (outcome) {
    case TokenSet::done:
      return ok();
    case TokenSet::token_known:
      return refuse(409, "token_known", "this token is in use already; make a new one");
  }
  return malformed_body();
}

struct Newcomer {
  wire::AccountId account;
  WaitingDevice device;  // without its account's row
};

base::Result<Newcomer, net::Response> parse_newcomer(Context& context, const base::Blob& body) {
  const auto request = parse_frame<wire::frames::NewDevice>(body);
  if (!request) return malformed_body();
  const auto account = wire::AccountId::from(base::view(request->account_id()));
  const auto grant = base::fixed<32>(base::view(request->grant()));
  const auto token_hash = base::fixed<32>(base::view(request->token_hash()));
  const auto key_bytes = base::fixed<33>(base::view(request->identity_key()));
  const std::uint32_t registration_id = request->registration_id();
  if (!account || !grant || !token_hash || !key_bytes || registration_id < 1 || registration_id > 0x3FFF)
    return malformed_body();
  const auto key = crypto::PublicKey::parse(*key_bytes);
  const auto prekeys = wire::PrekeyUpload::parse(base::view(request->prekeys()));
  if (!key || !prekeys) return malformed_body();
  if (!crypto::is_canonical(*key)) return refuse(400, "key_not_canonical", "the identity key is not one to be used");
  if (!prekeys->signed_prekey || !prekeys->last_resort)
    return refuse(400, "prekeys_missing", "a new device brings a signed prekey and a last-resort prekey");
  if (!prekeys->is_signed_by(*key))
    return refuse(400, "prekey_not_by_device", "a prekey is not signed by the device's identity key");
  WaitingDevice device{.account = AccountRow(0),
                       .grant = *grant,
                       .mailbox = mailbox_of(*grant, context.storage.secret(), *account),
                       .identity_key = *key,
                       .registration_id = wire::RegistrationId(static_cast<std::uint16_t>(registration_id)),
                       .token_hash = *token_hash,
                       .prekeys = base::blob(base::view(request->prekeys())),
                       .request_hash = crypto::sha256({body}),
                       .day = context.today()};
  return Newcomer{.account = *account, .device = std::move(device)};
}

}  // namespace

asio::awaitable<net::Response> grant_mailbox(Context& context, Call call) {
  const auto secret = context.storage.secret();
  const wire::AccountId& account = call.device->account;
  const Proof grant = issue(ProofOf::mailbox, secret, account, context.clock.now(), context.random);
  wire::frames::MailboxGrant answer;
  answer.set_grant(base::text(grant));
  answer.set_mailbox_id(base::text(mailbox_of(grant, secret, account).view()));
  co_return ok(answer);
}

asio::awaitable<net::Response> add_device(Context& context, Call call) {
  auto newcomer = parse_newcomer(context, call.request.body);
  if (!newcomer) co_return newcomer.error();
  const auto state = state_of(ProofOf::mailbox, newcomer->device.grant, context.storage.secret(), newcomer->account,
                              context.clock.now());
  if (state != ChallengeState::good) co_return grant_expired();
  const auto account = co_await context.storage.accounts().account(newcomer->account);
  if (!account) co_return refuse(account.error());
  if (!*account) co_return grant_expired();
  const unsigned wait =
      context.rates.take(Rates::Of::devices, (*account)->row.value,
                         {.a_second = limits::new_devices_a_second, .at_once = limits::new_devices_at_once});
  if (wait > 0) co_return too_many(wait);
  newcomer->device.account = (*account)->row;
  const auto outcome = co_await context.storage.devices().wait_for_list(std::move(newcomer->device));
  if (!outcome) co_return refuse(outcome.error());
  co_return answer_to(*outcome);
}

asio::awaitable<net::Response> announce_token(Context& context, Call call) {
  const auto request = parse_frame<wire::frames::NewToken>(call.request.body);
  if (!request) co_return malformed_body();
  const auto hash = base::fixed<32>(base::view(request->token_hash()));
  if (!hash) co_return malformed_body();
  const auto outcome = co_await context.storage.devices().announce_token(call.device->row, *hash);
  if (!outcome) co_return refuse(outcome.error());
  co_return answer_to(*outcome);
}

asio::awaitable<net::Response> put_receive_token(Context& context, Call call) {
  const auto request = parse_frame<wire::frames::ReceiveToken>(call.request.body);
  if (!request) co_return malformed_body();
  const auto hash = base::fixed<32>(base::view(request->token_hash()));
  if (!hash && !request->token_hash().empty()) co_return malformed_body();
  const auto outcome = co_await context.storage.devices().set_receive_token(call.device->row, hash);
  if (!outcome) co_return refuse(outcome.error());
  if (*outcome == TokenSet::done) context.hub.send_away_other_readers(call.device->row, hash);
  co_return answer_to(*outcome);
}

asio::awaitable<net::Response> put_generation(Context& context, Call call) {
  const auto request = parse_frame<wire::frames::GenerationChange>(call.request.body);
  if (!request) co_return malformed_body();
  const auto now = base::fixed<16>(base::view(request->tick_now()));
  const Generation next{.number = request->next().number(),
                        .tick = base::fixed<16>(base::view(request->next().tick()))};
  if (!next.tick || (!now && !request->tick_now().empty()) || next.number > INT64_MAX) co_return malformed_body();
  const auto stands = co_await context.storage.devices().advance(call.device->row, now, next);
  if (!stands) co_return refuse(stands.error());
  if (*stands == next) co_return ok();
  wire::frames::Error error;
  error.set_code("generation_passed");
  error.set_message("the server holds another generation of this device");
  error.mutable_generation()->set_number(stands->number);
  if (stands->tick) error.mutable_generation()->set_tick(base::text(*stands->tick));
  co_return refuse(409, error);
}

}  // namespace sotto::server

#include "server/sending/permits.hpp"

#include "server/answer.hpp"
#include "server/limits.hpp"
#include "server/shown.hpp"
#include "wire/permit.hpp"

namespace sotto::server {
namespace {

constexpr std::uint32_t max_life_days = 3650;

std::optional<PermitChange> parse_change(const base::Blob& body, base::Day today) {
  wire::frames::PermitChange request;
  if (!request.ParseFromArray(body.data(), static_cast<int>(body.size()))) return std::nullopt;
  PermitChange change;
  for (const auto& added : request.add()) {
    const auto hash = base::fixed<32>(base::view(added.hash()));
    const int permit_class = static_cast<int>(added.class_());
    if (!hash || permit_class < 1 || permit_class > 3 || added.last_day() < today.value ||
        added.last_day() > today.value + max_life_days)
      return std::nullopt;
    change.add.push_back(
        {.hash = *hash, .permit_class = static_cast<PermitClass>(permit_class), .last_day = {added.last_day()}});
  }
  for (const std::string& revoked : request.revoke()) {
    const auto hash = base::fixed<32>(base::view(revoked));
    if (!hash) return std::nullopt;
    change.revoke.push_back(*hash);
  }
  return change;
}

}  // namespace

asio::awaitable<base::Result<PermitHolder, net::Response>> permit_of(Context& context, const net::Request& request) {
  if (!net::header(request.headers, "Authorization").empty())
    co_return refuse(400, "token_and_permit", "a request with a permit says nothing else about who sends it");
  const base::SecretBlob given = shown(request, permit_header);
  if (given.size() != 16 + 16) co_return no_such_permit();
  const auto account = wire::AccountId::from(given.expose().first(16));
  if (!account) co_return no_such_permit();
  auto permit = *base::fixed<16>(given.expose().subspan(16));
  const PermitHash hash = wire::permit_hash(*account, permit);
  explicit_bzero(permit.data(), permit.size());
  const auto holder = co_await context.storage.permits().find(hash, context.today());
  if (!holder) co_return refuse(holder.error());
  if (!*holder) co_return no_such_permit();
  co_return **holder;
}

unsigned wait_before_sending(Context& context, const PermitHolder& to) {
  const limits::Share share = limits::share(to.permit_class);
  if (share.senders > 1) {
    const unsigned wait =
        context.rates.take(Rates::Of::sends_of_one, to.sender ^ share_of(to),
                           {.a_second = share.sends_a_second / 2, .at_once = share.sends_at_once / 2});
    if (wait > 0) return wait;
  }
  return context.rates.take(Rates::Of::sends, share_of(to),
                            {.a_second = share.sends_a_second, .at_once = share.sends_at_once});
}

asio::awaitable<net::Response> put_permits(Context& context, Call call) {
  auto change = parse_change(call.request.body, context.today());
  if (!change) co_return malformed_body();
  const auto outcome =
      co_await context.storage.permits().put(call.device->account_row, *std::move(change), context.today());
  if (!outcome) co_return refuse(outcome.error());
  switch (*outcome) {
    case PermitsPut::done:
      co_return ok();
    case PermitsPut::too_many:
      co_return refuse(409, "too_many_permits", "this account has as many permits of this class as it may have");
    case PermitsPut::of_another_account:
      co_return refuse(409, "permit_known", "this permit is another account's; make a new one");
  }
  co_return malformed_body();
}

}  // namespace sotto::server

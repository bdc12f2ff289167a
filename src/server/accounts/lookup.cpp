#include "server/accounts/lookup.hpp"

#include "server/answer.hpp"
#include "server/limits.hpp"

namespace sotto::server {
namespace {

constexpr std::size_t look_up_size = 40u << 10;  // bytes: above the largest introduction (two statements of 16 KiB)

void describe(wire::frames::Account& into, const KnownAccount& account) {
  into.set_account_id(base::text(account.id.view()));
  into.set_introduction(base::text(account.introduction));
}

asio::awaitable<net::Response> account_at(Context& context, AccountRow row) {
  const auto found = co_await context.storage.accounts().account(row);
  if (!found) co_return refuse(found.error());
  if (!*found) co_return no_such_permit();
  wire::frames::Account account;
  describe(account, **found);
  co_return ok(account);
}

}  // namespace

asio::awaitable<net::Response> look_up(Context& context, Call call) {
  const unsigned wait =
      context.rates.take(Rates::Of::look_ups, call.device->account_row.value,
                         {.a_second = limits::look_ups_a_second, .at_once = limits::look_ups_at_once});
  if (wait > 0) co_return too_many(wait);
  const auto found = co_await context.storage.accounts().account_named(std::move(call.segments.front()));
  if (!found) co_return refuse(found.error());
  wire::frames::LookUp answer;
  if (*found) describe(*answer.mutable_account(), **found);
  // A length field of three bytes whatever is in it, so that the sum is the same.
  constexpr std::size_t field = 4;
  answer.set_padding(std::string(look_up_size - field - answer.ByteSizeLong(), '\0'));
  co_return ok(answer);
}

asio::awaitable<net::Response> account_by_permit(Context& context, Call call) {
  return account_at(context, call.permit->account);
}

asio::awaitable<net::Response> own_account(Context& context, Call call) {
  return account_at(context, call.device->account_row);
}

asio::awaitable<net::Response> status(Context& context, Call call) {
  if (!call.device) {
    wire::frames::Status waiting;
    waiting.set_is_waiting(true);
    waiting.set_server_version(SOTTO_VERSION);
    waiting.set_store_epoch(context.storage.maintenance().epoch());
    waiting.set_clock_ms(static_cast<std::uint64_t>(context.clock.now().ms));
    co_return ok(waiting);
  }
  const auto found = co_await context.storage.devices().status(call.device->row);
  if (!found) co_return refuse(found.error());
  wire::frames::Status status;
  status.set_account_id(base::text(call.device->account.view()));
  status.set_device_number(call.device->number.value);
  status.set_queued_envelopes(found->queued);
  status.set_one_time_prekeys(found->one_time);
  status.set_one_time_kyber_prekeys(found->one_time_kyber);
  status.set_server_version(SOTTO_VERSION);
  status.set_store_epoch(context.storage.maintenance().epoch());
  status.set_clock_ms(static_cast<std::uint64_t>(context.clock.now().ms));
  status.mutable_settings()->set_is_discoverable(found->is_discoverable);
  status.mutable_settings()->set_takes_knocks(found->takes_knocks);
  status.set_deletion_day(found->deletion.value);
  status.set_clone_alarm_day(found->clone_alarm.value);
  if (found->generation.tick) {
    status.mutable_generation()->set_number(found->generation.number);
    status.mutable_generation()->set_tick(base::text(*found->generation.tick));
  }
  co_return ok(status);
}

}  // namespace sotto::server

#include "server/sending/messages.hpp"

#include <algorithm>

#include "server/answer.hpp"
#include "server/limits.hpp"
#include "server/sending/parse.hpp"
#include "server/sending/permits.hpp"

namespace sotto::server {
namespace {

struct Recipient {
  PermitHolder holder;
  std::optional<DeviceRow> sender = {};  // one of the account's own, which is no target
};

net::Response answer_to(Kept kept) {
  switch (kept) {
    case Kept::stored:
      return ok();
    case Kept::mailbox_full:
      return refuse_for_now(429, "mailbox_full", "too much waits for this account already; nothing was delivered");
    case Kept::no_such_device:
      return refuse_for_now(503, "devices_changed", "the account's devices have just changed; nothing was delivered");
  }
  return malformed_body();
}

Upload upload_of(const Letter& letter, const std::vector<Target>& targets, const PermitHolder& right, base::Day today) {
  Upload upload{.envelopes = {},
                .name = RecentUploads::name(targets.front().mailbox.view(), letter.idempotency_key),
                .day = today};
  for (const Target& target : targets) {
    const auto item = std::ranges::find(letter.items, target.mailbox, &Letter::Item::mailbox);
    upload.envelopes.push_back(
        {.device = target.row, .permit_class = right.permit_class, .bytes = item->envelope, .sender = right.sender});
  }
  return upload;
}

asio::awaitable<net::Response> deliver(Context& context, Upload upload) {
  const auto kept = co_await context.delivery.deliver(std::move(upload));
  if (!kept) co_return refuse(kept.error());
  co_return answer_to(*kept);
}

asio::awaitable<net::Response> send_to(Context& context, Recipient to, Letter letter) {
  auto targets = co_await context.storage.devices().of(to.holder.account);
  if (!targets) co_return refuse(targets.error());
  if (to.sender) std::erase_if(*targets, [&to](const Target& target) { return target.row == *to.sender; });
  const Mismatch wrong = mismatch(letter, *targets);
  if (wrong.is_there()) co_return refuse(wrong);
  if (const unsigned wait = wait_before_sending(context, to.holder); wait > 0) co_return too_many(wait);
  Upload upload = upload_of(letter, *targets, to.holder, context.today());
  if (letter.is_ephemeral) {
    context.delivery.pass_on(upload);
    co_return ok();
  }
  const std::uint64_t name = upload.name;
  const auto once = [&context, &upload] { return deliver(context, std::move(upload)); };
  std::function<asio::awaitable<net::Response>()> act = once;
  co_return co_await context.recent_uploads.once(name, letter.request_hash, std::move(act));
}

}  // namespace

asio::awaitable<net::Response> send_message(Context& context, Call call) {
  auto letter = parse_letter(call.request.body);
  if (!letter) co_return letter.error();
  call.request.body = {};  // the letter holds its own copy
  const Recipient to{.holder = *call.permit};
  co_return co_await send_to(context, to, *std::move(letter));
}

asio::awaitable<net::Response> send_to_own(Context& context, Call call) {
  auto letter = parse_letter(call.request.body);
  if (!letter) co_return letter.error();
  call.request.body = {};
  const Recipient to{.holder = {.account = call.device->account_row, .permit_class = PermitClass::own},
                     .sender = call.device->row};
  co_return co_await send_to(context, to, *std::move(letter));
}

asio::awaitable<net::Response> knock(Context& context, Call call) {
  auto letter = parse_letter(call.request.body);
  if (!letter) co_return letter.error();
  call.request.body = {};
  const auto id = wire::AccountId::from(letter->recipient);
  if (!id) co_return malformed_body();
  const unsigned wait = context.rates.take(Rates::Of::knocks, call.device->account_row.value,
                                           {.a_second = limits::knocks_a_second, .at_once = limits::knocks_at_once});
  if (wait > 0) co_return too_many(wait);
  const auto account = co_await context.storage.accounts().account(*id);
  if (!account) co_return refuse(account.error());
  if (!*account || !(*account)->takes_knocks) co_return no_such_permit();
  const Recipient to{.holder = {.account = (*account)->row,
                                .permit_class = PermitClass::knock,
                                .sender = call.device->account_row.value}};
  co_return co_await send_to(context, to, *std::move(letter));
}

}  // namespace sotto::server

#include "server/messages.hpp"

#include <algorithm>

#include "crypto/hash.hpp"
#include "server/answer.hpp"
#include "server/limits.hpp"

namespace sotto::server {
namespace {

using base::Result;
using Outcome = Delivery::Outcome;

bool is_by(const wire::frames::SenderHint& hint, const KnownDevice& device) {
  return base::same(base::view(hint.account_id()), device.account.view()) &&
         hint.device_number() == device.number.value;
}

Result<std::vector<UploadItem>, net::Response> parse_items(wire::frames::SendRequest& request) {
  if (request.items_size() == 0 || static_cast<std::size_t>(request.items_size()) > limits::upload_items)
    return malformed_body();
  std::vector<UploadItem> items;
  for (auto& item : *request.mutable_items()) {
    const auto mailbox = wire::MailboxId::from(base::view(item.mailbox_id()));
    if (!mailbox || item.envelope().empty()) return malformed_body();
    if (item.envelope().size() > limits::envelope)
      return refuse(413, "envelope_too_large", "an envelope is larger than 1.5 MiB");
    const bool is_double = std::ranges::find(items, *mailbox, &UploadItem::mailbox) != items.end();
    if (is_double) return malformed_body();
    items.push_back({.mailbox = *mailbox,
                     .registration_id = item.registration_id(),
                     .envelope = base::blob(base::view(item.envelope()))});
  }
  return items;
}

Result<Upload, net::Response> parse_upload(const base::Blob& body, const KnownDevice& device, base::Day today) {
  wire::frames::SendRequest request;
  if (!request.ParseFromArray(body.data(), static_cast<int>(body.size()))) return malformed_body();
  const auto idempotency_key = base::fixed<16>(base::view(request.idempotency_key()));
  const auto recipient = wire::AccountId::from(base::view(request.recipient()));
  if (!idempotency_key || !recipient) return malformed_body();
  if (!is_by(request.sender(), device)) return refuse(403, "not_your_device", "a device sends only in its own name");
  TRY(auto items, parse_items(request));
  return Upload{.sender = device,
                .idempotency_key = *idempotency_key,
                .request_hash = crypto::sha256({body}),
                .recipient = *recipient,
                .items = std::move(items),
                .day = today};
}

void describe(wire::frames::Mailbox& into, const ListedMailbox& listed) {
  into.set_mailbox_id(base::text(listed.mailbox.view()));
  into.set_device_number(listed.number.value);
  into.set_registration_id(listed.registration_id.value);
}

net::Response wrong_devices(const Delivery& delivery) {
  wire::frames::Error error;
  error.set_code("wrong_devices");
  error.set_message("the account has other devices; nothing was delivered");
  for (const auto& listed : delivery.missing) describe(*error.add_missing(), listed);
  for (const auto& mailbox : delivery.extra) error.add_extra(base::text(mailbox.view()));
  return refuse(409, error);
}

net::Response stale_devices(const Delivery& delivery) {
  wire::frames::Error error;
  error.set_code("stale_devices");
  error.set_message("a device has been set up anew; nothing was delivered");
  for (const auto& listed : delivery.stale) describe(*error.add_stale(), listed);
  return refuse(410, error);
}

net::Response answer_to(const Delivery& delivery) {
  switch (delivery.outcome) {
    case Outcome::done:
    case Outcome::repeated:
      return ok();
    case Outcome::conflict:
      return refuse(409, "idempotency_conflict",
                    "another request was sent with this idempotency key; nothing was delivered");
    case Outcome::unknown_account:
      return unknown_account();
    case Outcome::wrong_devices:
      return wrong_devices(delivery);
    case Outcome::stale_devices:
      return stale_devices(delivery);
    case Outcome::mailbox_full:
      return refuse_for_now(429, "mailbox_full", "too much waits for this account already; nothing was delivered");
  }
  return malformed_body();
}

}  // namespace

asio::awaitable<net::Response> send_message(Context& context, Call call) {
  auto upload = parse_upload(call.request.body, *call.device, context.today());
  if (!upload) co_return upload.error();
  call.request.body = {};  // the upload holds its own copy
  const auto delivery = co_await context.storage.deliver(*std::move(upload));
  if (!delivery) co_return refuse(delivery.error());
  for (const DeviceRow device : delivery->woken) context.hub.wake(device);
  co_return answer_to(*delivery);
}

}  // namespace sotto::server

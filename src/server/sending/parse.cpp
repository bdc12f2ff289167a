#include "server/sending/parse.hpp"

#include <algorithm>

#include "crypto/hash.hpp"
#include "server/answer.hpp"
#include "server/limits.hpp"

namespace sotto::server {
namespace {

base::Result<std::vector<Letter::Item>, net::Response> parse_items(wire::frames::SendRequest& request) {
  if (request.items_size() == 0 || static_cast<std::size_t>(request.items_size()) > limits::upload_items)
    return malformed_body();
  std::vector<Letter::Item> items;
  for (auto& item : *request.mutable_items()) {
    const auto mailbox = wire::MailboxId::from(base::view(item.mailbox_id()));
    if (!mailbox || item.envelope().empty()) return malformed_body();
    if (item.envelope().size() > limits::envelope)
      return refuse(413, "envelope_too_large", "an envelope is larger than 1.5 MiB");
    const bool is_double = std::ranges::find(items, *mailbox, &Letter::Item::mailbox) != items.end();
    if (is_double) return malformed_body();
    items.push_back({.mailbox = *mailbox,
                     .registration_id = item.registration_id(),
                     .envelope = std::make_shared<const base::Blob>(base::blob(base::view(item.envelope())))});
  }
  return items;
}

}  // namespace

base::Result<Letter, net::Response> parse_letter(const base::Blob& body) {
  wire::frames::SendRequest request;
  if (!request.ParseFromArray(body.data(), static_cast<int>(body.size()))) return malformed_body();
  const auto idempotency_key = base::fixed<16>(base::view(request.idempotency_key()));
  if (!idempotency_key) return malformed_body();
  TRY(auto items, parse_items(request));
  return Letter{.idempotency_key = *idempotency_key,
                .request_hash = crypto::sha256({body}),
                .recipient = base::blob(base::view(request.recipient())),
                .items = std::move(items),
                .is_ephemeral = request.is_ephemeral()};
}

Mismatch mismatch(const Letter& letter, const std::vector<Target>& targets) {
  Mismatch found;
  for (const Target& target : targets) {
    const auto item = std::ranges::find(letter.items, target.mailbox, &Letter::Item::mailbox);
    if (item == letter.items.end()) {
      found.missing.push_back(target);
    } else if (item->registration_id != target.registration_id.value) {
      found.stale.push_back(target);
    }
  }
  for (const Letter::Item& item : letter.items) {
    if (std::ranges::find(targets, item.mailbox, &Target::mailbox) == targets.end())
      found.extra.push_back(item.mailbox);
  }
  return found;
}

void describe(wire::frames::Mailbox& into, const Target& target) {
  into.set_mailbox_id(base::text(target.mailbox.view()));
  into.set_device_number(target.number.value);
  into.set_registration_id(target.registration_id.value);
}

net::Response refuse(const Mismatch& mismatch) {
  wire::frames::Error error;
  if (!mismatch.missing.empty() || !mismatch.extra.empty()) {
    error.set_code("wrong_devices");
    error.set_message("the account has other devices; nothing was delivered");
    for (const Target& target : mismatch.missing) describe(*error.add_missing(), target);
    for (const auto& mailbox : mismatch.extra) error.add_extra(base::text(mailbox.view()));
    return refuse(409, error);
  }
  error.set_code("stale_devices");
  error.set_message("a device has been set up anew; nothing was delivered");
  for (const Target& target : mismatch.stale) describe(*error.add_stale(), target);
  return refuse(410, error);
}

}  // namespace sotto::server

#include "server/directory.hpp"

#include "crypto/hash.hpp"
#include "server/answer.hpp"

namespace sotto::server {
namespace {

net::Response answer_with(const Stored<std::optional<KnownAccount>>& found) {
  if (!found) return refuse(found.error());
  if (!*found) return unknown_account();
  const KnownAccount& known = **found;
  wire::frames::Account account;
  account.set_account_id(base::text(known.id.view()));
  account.set_introduction(base::text(known.introduction));
  return ok(account);
}

net::Response answer_to(PrekeysPut outcome) {
  switch (outcome) {
    case PrekeysPut::done:
    case PrekeysPut::repeated:
      return ok();
    case PrekeysPut::key_known:
      return refuse(409, "key_known", "one of these keys is in the directory already; make new ones");
    case PrekeysPut::too_many:
      return refuse(409, "too_many_prekeys", "the directory holds enough one-time prekeys of this device");
  }
  return malformed_body();
}

}  // namespace

asio::awaitable<net::Response> account_named(Context& context, Call call) {
  const auto found = co_await context.storage.account_named(std::move(call.tail));
  co_return answer_with(found);
}

asio::awaitable<net::Response> account_with_id(Context& context, Call call) {
  const auto id = wire::AccountId::from_text(call.tail);
  if (!id) co_return unknown_account();
  const auto found = co_await context.storage.account(*id);
  co_return answer_with(found);
}

asio::awaitable<net::Response> status(Context& context, Call call) {
  const auto found = co_await context.storage.status(call.device->row);
  if (!found) co_return refuse(found.error());
  wire::frames::Status status;
  status.set_account_id(base::text(call.device->account.view()));
  status.set_device_number(call.device->number.value);
  status.set_queued_envelopes(found->queued);
  status.set_one_time_prekeys(found->one_time);
  status.set_one_time_kyber_prekeys(found->one_time_kyber);
  status.set_server_version(SOTTO_VERSION);
  co_return ok(status);
}

asio::awaitable<net::Response> put_prekeys(Context& context, Call call) {
  auto upload = wire::PrekeyUpload::parse(call.request.body);
  if (!upload) co_return malformed_body();
  if (!upload->is_signed_by(call.device->identity_key))
    co_return refuse(400, "prekey_not_by_device", "a prekey is not signed by the device's identity key");
  const auto upload_hash = crypto::sha256({call.request.body});
  const auto outcome =
      co_await context.storage.put_prekeys(call.device->row, *std::move(upload), upload_hash, context.today());
  if (!outcome) co_return refuse(outcome.error());
  co_return answer_to(*outcome);
}

asio::awaitable<net::Response> take_bundles(Context& context, Call call) {
  wire::frames::BundleRequest request;
  const auto& body = call.request.body;
  if (!request.ParseFromArray(body.data(), static_cast<int>(body.size()))) co_return malformed_body();
  const auto id = wire::AccountId::from(base::view(request.account_id()));
  if (!id) co_return malformed_body();

  const auto taken = co_await context.storage.take_bundles(*id, context.today());
  if (!taken) co_return refuse(taken.error());
  if (!*taken) co_return unknown_account();
  wire::frames::Bundles bundles;
  for (const wire::DeviceBundle& bundle : **taken) bundles.add_bundles(base::text(bundle.serialize()));
  co_return ok(bundles);
}

}  // namespace sotto::server

#include "server/prekeys/directory.hpp"

#include "crypto/hash.hpp"
#include "server/answer.hpp"
#include "server/limits.hpp"
#include "server/sending/permits.hpp"

namespace sotto::server {
namespace {

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

/// A device that is there hears at once that its keys run out; others ask when they come.
void tell_low_water(Context& context, const TakenBundles& taken) {
  for (const TakenBundles::Left& left : taken.left) {
    if (left.one_time != limits::low_water && left.one_time_kyber != limits::low_water) continue;
    wire::frames::ServerFrame frame;
    auto& notice = *frame.mutable_notice()->mutable_prekeys_low();
    notice.set_one_time_prekeys(left.one_time);
    notice.set_one_time_kyber_prekeys(left.one_time_kyber);
    context.hub.tell(left.device, std::move(frame));
  }
}

asio::awaitable<net::Response> take(Context& context, PermitHolder from) {
  const unsigned wait = context.rates.take(Rates::Of::bundles, share_of(from),
                                           {.a_second = limits::bundles_a_second, .at_once = limits::bundles_at_once});
  if (wait > 0) co_return too_many(wait);
  const auto taken = co_await context.storage.prekeys().take(from.account, from.permit_class, context.today());
  if (!taken) co_return refuse(taken.error());
  tell_low_water(context, *taken);
  wire::frames::Bundles bundles;
  for (const wire::DeviceBundle& bundle : taken->bundles) bundles.add_bundles(base::text(bundle.serialize()));
  co_return ok(bundles);
}

}  // namespace

asio::awaitable<net::Response> put_prekeys(Context& context, Call call) {
  auto upload = wire::PrekeyUpload::parse(call.request.body);
  if (!upload) co_return malformed_body();
  if (!upload->is_signed_by(call.device->identity_key))
    co_return refuse(400, "prekey_not_by_device", "a prekey is not signed by the device's identity key");
  const auto upload_hash = crypto::sha256({call.request.body});
  const auto outcome =
      co_await context.storage.prekeys().put(call.device->row, *std::move(upload), upload_hash, context.today());
  if (!outcome) co_return refuse(outcome.error());
  co_return answer_to(*outcome);
}

asio::awaitable<net::Response> take_bundles(Context& context, Call call) { return take(context, *call.permit); }

asio::awaitable<net::Response> take_own_bundles(Context& context, Call call) {
  return take(context, {.account = call.device->account_row, .permit_class = PermitClass::own});
}

asio::awaitable<net::Response> take_bundles_to_knock(Context& context, Call call) {
  wire::frames::BundleRequest request;
  const auto& body = call.request.body;
  if (!request.ParseFromArray(body.data(), static_cast<int>(body.size()))) co_return malformed_body();
  const auto id = wire::AccountId::from(base::view(request.account_id()));
  if (!id) co_return malformed_body();
  const unsigned wait = context.rates.take(Rates::Of::knocks, call.device->account_row.value,
                                           {.a_second = limits::knocks_a_second, .at_once = limits::knocks_at_once});
  if (wait > 0) co_return too_many(wait);
  const auto account = co_await context.storage.accounts().account(*id);
  if (!account) co_return refuse(account.error());
  if (!*account || !(*account)->takes_knocks) co_return no_such_permit();
  const PermitHolder from{.account = (*account)->row, .permit_class = PermitClass::knock};
  co_return co_await take(context, from);
}

}  // namespace sotto::server

#include "client/store_epochs.hpp"

#include "client/own_list.hpp"
#include "client/prekey_stock.hpp"
#include "client/rotation.hpp"
#include "crypto/hash.hpp"
#include "store/notices.hpp"
#include "store/permits.hpp"
#include "store/prekeys.hpp"
#include "wire/device_return.hpp"

namespace sotto::client::store_epochs {
namespace {

/// What others have sent meanwhile may have been lost with the store. It shows by the numbers.
void ask_how_far_they_are(store::Transaction& in, const outbox::Lent& lent) {
  const wire::AccountId& own = lent.own.account_id;
  for (const store::Contact& contact : store::contacts::all(in)) {
    if (contact.standing != store::Standing::accepted) continue;
    outbox::post_heartbeat(in, lent, contact.account_id, contact.account_id, true);
    if (outbox::has_other_devices(in, lent.own)) outbox::post_heartbeat(in, lent, own, contact.account_id, true);
  }
  if (outbox::has_other_devices(in, lent.own)) outbox::post_heartbeat(in, lent, own, own, true);
}

}  // namespace

bool note(store::Transaction& in, const outbox::Lent& lent, const ServerStatus& status) {
  const std::uint64_t before = store::own_account::store_epoch(in);
  if (status.store_epoch <= before) return false;
  store::own_account::keep_store_epoch(in, status.store_epoch);
  if (before == 0) return false;  // it is seen for the first time
  store::permits::forget_registered(in);
  store::prekeys::make_due(in, {lent.now.ms - rotation::policy.medium_term_ms});
  // Others may have seen it: another list in its place would contradict it.
  if (const auto change = store::own_account::pending_change(in)) own_list::adopt(in, lent, change->introduction);
  own_list::sync_again(in, lent);
  ask_how_far_they_are(in, lent);
  store::notices::keep_once(in, {.account = {},
                                 .kind = store::Notice::Kind::server_restored,
                                 .words = "the server was restored from a backup and has forgotten what it took since. "
                                          "It was told again, and contacts are asked for what may be missing",
                                 .at = lent.now});
  return true;
}

bool has_forgotten_ours(store::Transaction& in, const Generation& shown) {
  return !store::own_account::is_confirmed_in_epoch(in) && shown.number < store::own_account::generation(in).number;
}

base::Blob return_request(store::Transaction& in, const outbox::Lent& lent, const base::Bytes<32>& challenge) {
  const store::OwnAccount& own = lent.own;
  const prekey_stock::Wanted all{.medium_term = true,
                                 .one_time = rotation::policy.one_time_target,
                                 .one_time_kyber = rotation::policy.one_time_target};
  const base::Blob prekeys = prekey_stock::make(in, own.identity.private_key, all, lent.now, lent.random).serialize();
  const wire::DeviceReturn says{.server = own.server,
                                .account_id = own.account_id,
                                .number = own.device,
                                .token_hash = wire::hash(wire::names::device_token, own.token.expose()),
                                .challenge = challenge,
                                .prekeys_hash = crypto::sha256({prekeys})};
  const wire::DeviceReturnRequest request{.introduction = own.introduction,
                                          .statement = wire::Signed::make(wire::names::device_return, says.serialize(),
                                                                          own.identity.private_key, lent.random),
                                          .prekeys = prekeys};
  return request.serialize();
}

}  // namespace sotto::client::store_epochs

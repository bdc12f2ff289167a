#include "client/permits.hpp"

#include <algorithm>

#include "client/own_list.hpp"
#include "client/rotation.hpp"
#include "crypto/hkdf.hpp"
#include "wire/frames.pb.h"
#include "wire/names.hpp"

namespace sotto::client::permits {
namespace {

void add(wire::frames::PermitChange& change, wire::frames::Permit::Class permit_class, const wire::Hash& hash,
         base::Day last_day) {
  wire::frames::Permit& added = *change.add_add();
  added.set_hash(base::text(hash));
  added.set_class_(permit_class);
  added.set_last_day(last_day.value);
}

}  // namespace

wire::Permit contact_permit(const store::ProfileKey& key) {
  wire::Permit permit{};
  crypto::hkdf_sha256_into(permit, {}, key.expose(), base::view(wire::names::contact_permit));
  return permit;
}

std::optional<Change> due(store::Transaction& in, const store::OwnAccount& own, base::Timestamp now,
                          base::Random& random) {
  const base::Timestamp last = store::permits::registered_at(in);
  const bool is_old = rotation::policy.are_permits_due(last, now);
  for (std::size_t have = store::permits::count_spares(in); have < spares; ++have)
    store::permits::keep_spare(in, random.bytes<16>());
  if (!is_old && !store::permits::has_unregistered(in)) return std::nullopt;

  const base::Day renewed = rotation::policy.last_day_of_permit(now);
  store::permits::forget_expired(in, base::day_of(now));
  Change made{.request = {}, .link_permits = store::permits::all(in), .revoked = store::permits::revocations(in)};
  wire::frames::PermitChange change;
  // A linked device whose welcome did not come yet waits for the account's key: one of its own making is nobody's.
  if (own.account_key || store::permits::has_profile_key(in)) {
    const auto permit = contact_permit(store::permits::profile_key(in, random));
    add(change, wire::frames::Permit::CONTACT, wire::permit_hash(own.account_id, permit), renewed);
  }
  add(change, wire::frames::Permit::LINK, wire::permit_hash(own.account_id, own.link_token), renewed);
  for (const auto& one : made.link_permits)
    add(change, wire::frames::Permit::LINK, wire::permit_hash(own.account_id, one.permit),
        one.last_day.value_or(renewed));
  for (const wire::Hash& hash : made.revoked) change.add_revoke(base::text(hash));
  made.request.resize(change.ByteSizeLong());
  change.SerializeToArray(made.request.data(), static_cast<int>(made.request.size()));
  return made;
}

void give_profile_key(store::Transaction& in, const outbox::Lent& lent, store::Contact contact, Haste haste) {
  wire::Acceptance acceptance;
  const auto key = store::permits::profile_key(in, lent.random);
  std::ranges::copy(key.expose(), acceptance.profile_key.begin());
  if (haste == Haste::now) outbox::post(in, lent, contact.account_id, acceptance);
  if (haste == Haste::jittered) outbox::post_later(in, lent, contact.account_id, acceptance);
  contact.has_our_profile_key = true;
  store::contacts::keep(in, contact, lent.now);
}

void rotate_profile_key(store::Transaction& in, const outbox::Lent& lent, const wire::AccountId& without) {
  const auto before = contact_permit(store::permits::profile_key(in, lent.random));
  store::permits::revoke(in, wire::permit_hash(lent.own.account_id, before));
  store::permits::set_profile_key(
      in,
      store::ProfileKey::made_by([&](std::span<std::uint8_t, store::ProfileKey::size> out) { lent.random.fill(out); }));
  outbox::sync(in, lent, lent.own.account_id, own_list::secrets_for_devices(in, lent.own, lent.random));
  for (const store::Contact& contact : store::contacts::all(in)) {
    const bool is_given = contact.standing == store::Standing::accepted && contact.has_our_profile_key;
    if (is_given && contact.account_id != without) give_profile_key(in, lent, contact, Haste::now);
  }
}

void take_back(store::Transaction& in, const store::OwnAccount& own, const wire::AccountId& from) {
  const auto held = store::permits::held_by(in, from);
  if (!held) return;
  store::permits::revoke(in, wire::permit_hash(own.account_id, *held));
  store::permits::remove(in, *held);
}

}  // namespace sotto::client::permits

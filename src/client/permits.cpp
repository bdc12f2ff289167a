#include "client/permits.hpp"

#include "client/rotation.hpp"
#include "crypto/hkdf.hpp"
#include "wire/frames.pb.h"
#include "wire/names.hpp"

namespace sotto::client::permits {
namespace {

void add(wire::frames::PermitChange& change, wire::frames::Permit::Class permit_class, const wire::Hash& hash,
         base::Timestamp now) {
  wire::frames::Permit& added = *change.add_add();
  added.set_hash(base::text(hash));
  added.set_class_(permit_class);
  added.set_last_day(rotation::policy.last_day_of_permit(now).value);
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

  Change made{.request = {}, .link_permits = store::permits::all(in)};
  wire::frames::PermitChange change;
  const auto permit = contact_permit(store::permits::profile_key(in, random));
  add(change, wire::frames::Permit::CONTACT, wire::permit_hash(own.account_id, permit), now);
  add(change, wire::frames::Permit::LINK, wire::permit_hash(own.account_id, own.link_token), now);
  for (const wire::Permit& one : made.link_permits)
    add(change, wire::frames::Permit::LINK, wire::permit_hash(own.account_id, one), now);
  made.request.resize(change.ByteSizeLong());
  change.SerializeToArray(made.request.data(), static_cast<int>(made.request.size()));
  return made;
}

}  // namespace sotto::client::permits

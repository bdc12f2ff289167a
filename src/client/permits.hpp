#pragma once
#include <optional>

#include "client/outbox.hpp"
#include "client/problem.hpp"
#include "store/contacts.hpp"
#include "store/own_account.hpp"
#include "store/permits.hpp"

/// The rights to write to this account without saying who writes (design, section 6).
namespace sotto::client::permits {

constexpr std::size_t spares = 16;  // link permits that the server knows and nobody has yet

/// The contact permit: HKDF(profile key, `Sotto v1 contact permit`, 16).
wire::Permit contact_permit(const store::ProfileKey& key);

/// What the server is to be told, if anything is due: new permits, and once a month all of them with a later last day.
struct Change {
  base::Blob request;                                    // PUT /v1/permits
  std::vector<store::permits::LinkPermit> link_permits;  // that it registers
  std::vector<wire::Hash> revoked;                       // that it takes back
};
std::optional<Change> due(store::Transaction& in, const store::OwnAccount& own, base::Timestamp now,
                          base::Random& random);

/// Another profile key, and with it another contact permit; the one before counts no more, at once. Contacts that had
/// the old key are given the new one, but for `without`; so are own devices.
void rotate_profile_key(store::Transaction& in, const outbox::Lent& lent, const wire::AccountId& without);
/// What this account could write to us by is taken back.
void take_back(store::Transaction& in, const store::OwnAccount& own, const wire::AccountId& from);
enum class Haste { now, jittered };
/// Our profile key, to a contact: "you are a contact of mine".
void give_profile_key(store::Transaction& in, const outbox::Lent& lent, store::Contact contact, Haste haste);

}  // namespace sotto::client::permits

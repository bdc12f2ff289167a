#pragma once
#include <optional>
#include <vector>

#include "base/random.hpp"
#include "base/time.hpp"
#include "store/store.hpp"
#include "wire/permit.hpp"

/// The rights to write to us that we have made (design, section 6). What others gave us stands with their contact.
namespace sotto::store {

using ProfileKey = base::Secret<struct ProfileKeyTag, 32>;  // for contacts; their permit is derived from it

namespace permits {

/// Made when it is first asked for.
ProfileKey profile_key(Transaction& in, base::Random& random);

bool has_profile_key(Transaction& in);

/// Another one, made here: after a device has left, or somebody was blocked.
void set_profile_key(Transaction& in, const ProfileKey& key);
/// How often it was replaced.
std::uint64_t profile_key_count(Transaction& in);
/// One that another device of ours has, which replaced it so often: counts if it is the later one. Of two that were
/// made at once the same one counts everywhere. A count that leaps far ahead is nobody's honest one, and would leave no
/// room above it.
void take_profile_key(Transaction& in, const ProfileKey& key, std::uint64_t count);

/// A link permit that nobody has yet.
void keep_spare(Transaction& in, const wire::Permit& permit);
std::size_t count_spares(Transaction& in);
/// A link permit of ours.
struct LinkPermit {
  wire::Permit permit{};
  std::optional<std::string> label = {};   // of a link that was given out; nothing: a spare, or somebody's
  std::optional<base::Day> last_day = {};  // nothing: as long as it is renewed
};
/// All of them, given or not.
std::vector<LinkPermit> all(Transaction& in);
/// Whether the server is to be told of a permit, or to forget one.
bool has_unregistered(Transaction& in);
void set_registered(Transaction& in, const std::vector<LinkPermit>& permits, const std::vector<wire::Hash>& revoked,
                    base::Timestamp now);

/// A link that is given out. The label must be free.
void keep_link(Transaction& in, const LinkPermit& link);
bool is_label_taken(Transaction& in, std::string_view label);
void remove(Transaction& in, const wire::Permit& permit);
/// Those whose last day is over.
void forget_expired(Transaction& in, base::Day today);
/// The server is to forget it. hash: wire::permit_hash
void revoke(Transaction& in, const wire::Hash& hash);
std::vector<wire::Hash> revocations(Transaction& in);
/// The server may have lost what it was told: all are to be registered again, and what was revoked is revoked again.
void forget_registered(Transaction& in);
/// When the server last took all of them; 0 if never.
base::Timestamp registered_at(Transaction& in);

/// The one that this account has from us, or a spare that the server knows, from now on theirs; nothing if there is
/// none.
std::optional<wire::Permit> given_to(Transaction& in, const wire::AccountId& account);
/// The one that this account has from us, if it has one.
std::optional<wire::Permit> held_by(Transaction& in, const wire::AccountId& account);

}  // namespace permits
}  // namespace sotto::store

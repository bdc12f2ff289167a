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

/// Another one: after a device has left, or from a device of ours that made it.
void set_profile_key(Transaction& in, const ProfileKey& key);

/// A link permit that nobody has yet.
void keep_spare(Transaction& in, const wire::Permit& permit);
std::size_t count_spares(Transaction& in);
/// All link permits of ours, given or not.
std::vector<wire::Permit> all(Transaction& in);
bool has_unregistered(Transaction& in);
void set_registered(Transaction& in, const std::vector<wire::Permit>& permits, base::Timestamp now);
/// When the server last took all of them; 0 if never.
base::Timestamp registered_at(Transaction& in);

/// The one that this account has from us, or a spare that the server knows, from now on theirs; nothing if there is
/// none.
std::optional<wire::Permit> given_to(Transaction& in, const wire::AccountId& account);

}  // namespace permits
}  // namespace sotto::store

#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "crypto/curve25519.hpp"
#include "store/store.hpp"
#include "wire/ids.hpp"

namespace sotto::store {

enum class Origin : std::uint8_t { link = 1, user_name = 2, wrote_first = 3 };
enum class Standing : std::uint8_t {
  accepted = 1,
  held = 2,     // a request: they wrote first and wait for an answer
  blocked = 3,  // nothing of theirs is taken
  refused = 4,  // the request was deleted; what they write next is a new one
};

std::string_view to_text(Standing standing);

struct Contact {
  wire::AccountId account_id;
  std::optional<std::string> nickname = {};      // ours; unique
  std::optional<std::string> claimed_name = {};  // what they say, unproven
  std::optional<std::string> user_name = {};     // under which the server knew them when we asked
  Origin origin = Origin::link;
  std::optional<base::Blob> link_token = {};  // of the link they gave out: a permit
  std::optional<base::Blob> permit = {};      // the last one they gave us with a message
  std::optional<base::Blob> tls_pin = {};
  std::optional<crypto::PublicKey> verified_root = {};  // the anchor root that the person compared
  Standing standing = Standing::accepted;
  std::optional<base::Bytes<32>> profile_key = {};  // theirs, given with their acceptance
  bool has_our_profile_key = false;                 // ours was given to them

  /// The name to show: nickname, else what they claim, else the start of the id.
  std::string name() const;
};

namespace contacts {

std::optional<Contact> load(Transaction& in, const wire::AccountId& account);
/// Adds, or replaces what is known.
void keep(Transaction& in, const Contact& contact, base::Timestamp now);
/// By nickname, account id, user name or claimed name, in this order; several if a claimed name is not unique.
/// What somebody who wrote first claims finds nobody: a stranger can't choose by which word they are written to.
std::vector<Contact> find(Transaction& in, std::string_view words);
std::vector<Contact> all(Transaction& in);
/// Those who wait for an answer: by what find() takes, or by the beginning of their account id.
std::vector<Contact> requests(Transaction& in, std::string_view words);
/// Whether another contact has this nickname.
bool is_nickname_taken(Transaction& in, std::string_view nickname, const wire::AccountId& by_other_than);

}  // namespace contacts
}  // namespace sotto::store

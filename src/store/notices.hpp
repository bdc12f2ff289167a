#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "store/store.hpp"
#include "wire/ids.hpp"

/// What is to be told that is no message: one line each. Quiet ones say what the software has proven; loud ones what it
/// can't prove, and what to do.
namespace sotto::store {

struct Notice {
  enum class Kind : std::uint8_t {
    own_device_added = 1,
    own_device_removed = 2,
    own_succession = 3,
    this_device_removed = 4,
    contact_succession = 5,
    contact_devices = 6,
    message_missing = 7,
    list_fork = 8,
    list_behind = 9,
    device_cloned = 10,
    restored_copy = 11,
    account_replaced = 12,
    deletion_pending = 13,
    profile_changed = 14,
    permit_refused = 15,
    server_restored = 16,
    contact_moved = 20,  // to another server: sending waits for the answer
    clock_wrong = 21,
    list_unsound = 17,
    history_given = 22,  // by a device of ours to another
  };
  std::int64_t id = 0;
  std::optional<wire::AccountId> account = {};  // whom it is about
  Kind kind = Kind::own_device_added;
  std::string words;  // for the person
  base::Timestamp at;

  bool is_loud() const;
};
std::string_view to_text(Notice::Kind kind);

namespace notices {

constexpr std::int64_t max_kept = 1'000;  // what was shown before goes

void keep(Transaction& in, const Notice& notice);
/// The same kind about the same account that was not shown yet is not kept again.
void keep_once(Transaction& in, const Notice& notice);
/// The same words are not kept again, shown or not.
void keep_unless_told(Transaction& in, const Notice& notice);
std::vector<Notice> not_shown(Transaction& in, int limit);
void set_shown(Transaction& in, std::int64_t id);
/// The last ones, oldest first.
std::vector<Notice> last(Transaction& in, int limit);

}  // namespace notices
}  // namespace sotto::store

#pragma once
#include <optional>
#include <vector>

#include "crypto/curve25519.hpp"
#include "server/storage/problem.hpp"
#include "wire/group_state.hpp"

namespace sotto::server {

using GroupRow = base::Id<struct GroupRowTag, std::uint64_t>;
using GroupPosition = std::uint64_t;  // of an entry, from 1, without gaps

/// What the server knows of a group: who may append is known by keys and tags alone.
struct KnownGroup {
  GroupRow row;
  wire::Hash read_tag_hash{};
  wire::Hash member_tag_hash{};
  std::vector<crypto::PublicKey> admin_keys = {};
};

/// A state entry that proves by itself all that it can (wire::check_group_state).
struct NewGroupState {
  wire::GroupState state;
  wire::Hash state_hash{};
  base::Blob entry;  // the whole request, as it is read again
};

enum class Appended { done, repeated, passed, full, too_many };
struct GroupOutcome {
  Appended what;
  GroupPosition position = 0;  // of the entry; if `passed`, of the last state entry
  wire::Hash state_hash{};     // of the last state entry, if `passed`
  GroupRow row{0};
};

struct GroupLogEntry {
  GroupPosition position;
  bool is_state;
  base::Blob entry;
};
struct GroupLogPart {
  std::vector<GroupLogEntry> entries;
  GroupPosition last = 0;  // of the whole log
};

class GroupStorage {
 public:
  virtual ~GroupStorage() = default;

  /// `passed` if there is a group of this id that began otherwise.
  virtual asio::awaitable<Stored<GroupOutcome>> create(NewGroupState first) = 0;
  virtual asio::awaitable<Stored<std::optional<KnownGroup>>> find(wire::GroupId id) = 0;
  /// Only behind the state entry that it names, with whose admins it was judged: one step with the change of keys and
  /// tags.
  virtual asio::awaitable<Stored<GroupOutcome>> append_state(GroupRow group, NewGroupState state) = 0;
  /// `passed` if this is no longer the member tag.
  virtual asio::awaitable<Stored<GroupOutcome>> append_statement(GroupRow group, wire::Hash member_tag_hash,
                                                                 base::Blob statement) = 0;
  /// The entries after a position: as many as fit, but at least one if there is any.
  virtual asio::awaitable<Stored<GroupLogPart>> read(GroupRow group, GroupPosition after) = 0;
};

}  // namespace sotto::server

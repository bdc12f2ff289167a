#pragma once
#include <vector>

#include "wire/checks.hpp"

/// What the server of a group judges about a state entry without being able to read it (statements.md, "Group logs").
namespace sotto::wire {

constexpr std::size_t max_group_admins = 32;
constexpr std::size_t max_group_entry = 256u << 10;  // bytes of one state entry
constexpr std::size_t max_group_request = max_group_entry + 2 * max_statement;

using GroupId = base::Bytes<16>;
using GroupTag = base::Bytes<16>;
inline Hash group_tag_hash(base::View tag) { return hash(names::group_tag, tag); }

/// Signed by one of the admin keys that the entry before names.
struct GroupState {
  GroupId group{};
  std::uint64_t last_position = 0;            // of the state entry before; 0: this is the first
  Hash last_hash{};                           // H(group state, its statement); zeros: this is the first
  std::vector<crypto::PublicKey> admin_keys;  // from here on, ascending
  Hash read_tag_hash{};                       // from here on
  Hash member_tag_hash{};
  Hash entry_hash{};  // H(group entry, entry)

  base::Blob serialize() const;
  static base::Result<GroupState, ParseError> parse(base::View bytes);
};

/// A state entry on its way.
struct GroupStateRequest {
  Signed state;
  base::Blob entry;  // opaque here, 1 to max_group_entry bytes

  base::Blob serialize() const;
  static base::Result<GroupStateRequest, ParseError> parse(base::View bytes);
};

struct CheckedGroupState {
  GroupState state;
  Hash state_hash{};  // by which the next entry cites it
  GroupStateRequest request;
};

/// admins  of the entry before; of a first entry nothing, and then it names its signer itself
/// errors  malformed_request, malformed_group_state, key_not_canonical, group_state_of_another_group (or another
/// entry),
///         group_state_not_by_admin
/// cost    at most max_group_admins signature checks
base::Result<CheckedGroupState, Refusal> check_group_state(base::View request, const GroupId& group,
                                                           const std::vector<crypto::PublicKey>& admins);

}  // namespace sotto::wire

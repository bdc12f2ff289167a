#include "wire/group_state.hpp"

#include <algorithm>

namespace sotto::wire {

base::Blob GroupState::serialize() const {
  StrictWriter write;
  write.bytes(1, group).number(2, last_position).bytes(3, last_hash);
  for (const auto& key : admin_keys) write.bytes(4, key.serialize());
  return write.bytes(5, read_tag_hash).bytes(6, member_tag_hash).bytes(7, entry_hash).done();
}

base::Result<GroupState, ParseError> GroupState::parse(base::View bytes) {
  StrictReader read(bytes);
  GroupState made;
  made.group = read.fixed<16>(1);
  made.last_position = read.number(2, 0, INT64_MAX);
  made.last_hash = read.fixed<32>(3);
  const auto keys = read.repeated_bytes(4, max_group_admins, 33, 33);
  made.read_tag_hash = read.fixed<32>(5);
  made.member_tag_hash = read.fixed<32>(6);
  made.entry_hash = read.fixed<32>(7);
  TRY_VOID(read.finish());
  for (const base::View bytes_of_key : keys) {
    const auto key = crypto::PublicKey::parse(bytes_of_key);
    if (!key) return ParseError::out_of_range;
    if (!made.admin_keys.empty() && made.admin_keys.back() >= *key) return ParseError::wrong_order;
    made.admin_keys.push_back(*key);
  }
  return made;
}

base::Blob GroupStateRequest::serialize() const {
  return StrictWriter().bytes(1, state.serialize()).bytes(2, entry).done();
}

base::Result<GroupStateRequest, ParseError> GroupStateRequest::parse(base::View bytes) {
  StrictReader read(bytes, max_group_request);
  const base::View state = read.bytes(1);
  const base::View entry = read.bytes(2, 1, max_group_entry);
  TRY_VOID(read.finish());
  TRY(Signed signed_state, Signed::parse(state));
  return GroupStateRequest{.state = std::move(signed_state), .entry = base::blob(entry)};
}

base::Result<CheckedGroupState, Refusal> check_group_state(base::View request, const GroupId& group,
                                                           const std::vector<crypto::PublicKey>& admins) {
  auto parsed = GroupStateRequest::parse(request);
  if (!parsed) return Refusal(Rule::malformed_request, parsed.error());
  auto state = GroupState::parse(parsed->state.statement);
  if (!state) return Refusal(Rule::malformed_group_state, state.error());
  if (!std::ranges::all_of(state->admin_keys, crypto::is_canonical)) return Refusal(Rule::key_not_canonical);
  if (state->group != group || state->entry_hash != hash(names::group_entry, parsed->entry))
    return Refusal(Rule::group_state_of_another_group);
  const bool is_first = state->last_position == 0 && admins.empty();
  const auto& signers = is_first ? state->admin_keys : admins;
  const bool is_by_admin = std::ranges::any_of(
      signers, [&parsed](const crypto::PublicKey& key) { return parsed->state.is_by(key, names::group_state); });
  if (!is_by_admin) return Refusal(Rule::group_state_not_by_admin);
  const Hash state_hash = hash(names::group_state, parsed->state.statement);
  return CheckedGroupState{.state = *std::move(state), .state_hash = state_hash, .request = *std::move(parsed)};
}

}  // namespace sotto::wire

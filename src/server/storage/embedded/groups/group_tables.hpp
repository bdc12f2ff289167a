#pragma once
#include "server/storage/embedded/database.hpp"
#include "server/storage/groups.hpp"

/// The transactions on group logs.
namespace sotto::server::tables {

GroupOutcome create_group(Database& database, const NewGroupState& first);
std::optional<KnownGroup> find_group(Database& database, const wire::GroupId& id);
GroupOutcome append_state(Database& database, GroupRow group, const NewGroupState& state);
GroupOutcome append_statement(Database& database, GroupRow group, const wire::Hash& member_tag_hash,
                              const base::Blob& statement);
GroupLogPart read_group(Database& database, GroupRow group, GroupPosition after);

}  // namespace sotto::server::tables

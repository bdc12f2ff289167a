#pragma once
#include "server/storage/embedded/engine.hpp"
#include "server/storage/embedded/groups/group_tables.hpp"

namespace sotto::server {

class EmbeddedGroups final : public GroupStorage {
 public:
  explicit EmbeddedGroups(Engine engine) : engine_(engine) {}

  asio::awaitable<Stored<GroupOutcome>> create(NewGroupState first) override {
    return engine_.write(tables::create_group, std::move(first));
  }
  asio::awaitable<Stored<std::optional<KnownGroup>>> find(wire::GroupId id) override {
    return engine_.read(tables::find_group, id);
  }
  asio::awaitable<Stored<GroupOutcome>> append_state(GroupRow group, NewGroupState state) override {
    return engine_.write(tables::append_state, group, std::move(state));
  }
  asio::awaitable<Stored<GroupOutcome>> append_statement(GroupRow group, wire::Hash member_tag_hash,
                                                         base::Blob statement) override {
    return engine_.write(tables::append_statement, group, member_tag_hash, std::move(statement));
  }
  asio::awaitable<Stored<GroupLogPart>> read(GroupRow group, GroupPosition after) override {
    return engine_.read(tables::read_group, group, after);
  }

 private:
  Engine engine_;
};

}  // namespace sotto::server

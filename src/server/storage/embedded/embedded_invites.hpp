#pragma once
#include "server/storage/embedded/engine.hpp"
#include "server/storage/embedded/invite_tables.hpp"

namespace sotto::server {

class EmbeddedInvites final : public InviteStorage {
 public:
  explicit EmbeddedInvites(Engine engine) : engine_(engine) {}

  asio::awaitable<Stored<Invite>> make(InviteHash hash, std::uint32_t uses, base::Day last_day) override {
    return engine_.write(tables::make_invite, hash, uses, last_day);
  }
  asio::awaitable<Stored<std::vector<Invite>>> all() override { return engine_.read(tables::invites); }
  asio::awaitable<Stored<bool>> revoke(std::uint64_t id) override { return engine_.write(tables::revoke_invite, id); }

 private:
  Engine engine_;
};

}  // namespace sotto::server

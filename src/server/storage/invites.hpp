#pragma once
#include <vector>

#include "base/time.hpp"
#include "server/storage/problem.hpp"

namespace sotto::server {

using InviteHash = base::Bytes<32>;  // H(`Sotto v1 invite`, token)

struct Invite {
  std::uint64_t id;
  std::uint32_t uses_left;
  base::Day last_day;  // on which it is still good
};

/// The right to register at a server that takes invited accounts only. The tokens themselves are kept nowhere.
class InviteStorage {
 public:
  virtual ~InviteStorage() = default;

  virtual asio::awaitable<Stored<Invite>> make(InviteHash hash, std::uint32_t uses, base::Day last_day) = 0;
  virtual asio::awaitable<Stored<std::vector<Invite>>> all() = 0;
  /// returns  whether there was one
  virtual asio::awaitable<Stored<bool>> revoke(std::uint64_t id) = 0;
};

}  // namespace sotto::server

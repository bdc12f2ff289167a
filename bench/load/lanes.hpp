#pragma once
#include <cstddef>
#include <vector>

namespace sotto::bench {

/// One direction between two accounts, with a connection of its own and one message under way: so what is sent in order
/// is to arrive in order. Lanes 2n and 2n + 1 are the two directions of one conversation.
struct Lane {
  std::size_t from, to;  // accounts
};

constexpr std::size_t way_back(std::size_t lane) { return lane ^ 1; }
constexpr std::size_t most_lanes(std::size_t accounts) { return 2 * (accounts / 2) * (accounts / 2); }

/// Accounts of the first half talk with those of the second; no two conversations are between the same ones.
///
/// count  even, at most most_lanes(accounts)
inline std::vector<Lane> make_lanes(std::size_t accounts, std::size_t count) {
  const std::size_t half = accounts / 2;
  std::vector<Lane> made;
  for (std::size_t i = 0; made.size() < count; ++i) {
    const std::size_t one = i % half, other = half + (i + i / half) % half;
    made.push_back({.from = one, .to = other});
    made.push_back({.from = other, .to = one});
  }
  return made;
}

}  // namespace sotto::bench

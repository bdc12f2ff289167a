#pragma once
#include "base/id.hpp"
#include "base/random.hpp"
#include "net/origin.hpp"

namespace sotto::server {

/// Who is taken for one and the same stranger.
using Stranger = base::Id<struct StrangerTag, std::uint64_t>;

/// Addresses as they are counted: IPv4 ones each, IPv6 ones by their first 64 bits, which is what one household gets.
class StrangerNames {
 public:
  explicit StrangerNames(base::Random& random) : key_(random.bytes<32>()) {}
  Stranger of(const net::Origin& origin) const;

 private:
  const base::Bytes<32> key_;  // of this process: nobody can count back from a stranger to its address
};

}  // namespace sotto::server

#pragma once
#include <array>
#include <vector>

#include "server/limits.hpp"
#include "server/strangers/stranger_names.hpp"

namespace sotto::server {

/// Token buckets of strangers, in a table of fixed size.
class StrangerBuckets {
 public:
  /// returns  0, or after how many seconds one would be there
  unsigned wait_for(limits::Deed deed, Stranger stranger, net::Duration now) const;
  /// The same; takes `count` if they are there.
  unsigned take(limits::Deed deed, Stranger stranger, net::Duration now, double count);

 private:
  static constexpr std::size_t ways = 4, rows = limits::addresses / ways;
  struct Place {
    std::uint64_t name = 0;  // of stranger and deed; 0: nobody's
    Bucket bucket{};
  };
  using Row = std::array<Place, ways>;  // a name has its place in one row

  std::vector<Row> rows_ = std::vector<Row>(rows);
};

}  // namespace sotto::server

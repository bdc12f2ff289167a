#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "server/operations/metrics.hpp"
#include "server/route.hpp"

namespace sotto::server {

/// How requests were answered, by route and class of status. A route's numbers are found by its place in the table.
class RequestCounts {
 public:
  RequestCounts() : answered_(routes().size()) {}

  /// route  of routes(); null: there is none, or not by this method
  void count(const Route* route, unsigned status) {
    if (status == 429) ++refused_by_rate_;
    if (!route) return void(++without_route_);
    ++answered_[static_cast<std::size_t>(route - routes().data())][status / 100 % classes];
  }
  void count_websocket() { ++websockets_; }
  void watch(Metrics& metrics) const;

 private:
  static constexpr std::size_t classes = 6;
  std::vector<std::array<std::uint64_t, classes>> answered_;
  std::uint64_t without_route_ = 0, refused_by_rate_ = 0, websockets_ = 0;
};

}  // namespace sotto::server

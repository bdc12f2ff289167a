#include "server/request_counts.hpp"

namespace sotto::server {

void RequestCounts::watch(Metrics& metrics) const {
  constexpr auto counter = Metrics::Kind::counter;
  for (std::size_t i = 0; i < answered_.size(); ++i) {
    for (unsigned status = 1; status < classes; ++status) {
      metrics.watch_route("sotto_requests_total", "requests answered, by route and class of status", routes()[i],
                          status, [this, i, status] { return double(answered_[i][status]); });
    }
  }
  metrics.watch(counter, "sotto_requests_without_route_total", "requests for what is not there, or not by that method",
                [this] { return double(without_route_); });
  metrics.watch(counter, "sotto_rate_refusals_total", "requests refused because there were too many (429)",
                [this] { return double(refused_by_rate_); });
  metrics.watch(counter, "sotto_websockets_total", "mailboxes opened", [this] { return double(websockets_); });
}

}  // namespace sotto::server

#pragma once
#include <functional>
#include <vector>

#include "bench/lines/lines.hpp"
#include "bench/lines/percentile.hpp"

/// What is done to the server, and how it went.
namespace sotto::bench {

struct Outcome {
  double messages = 0;
  double seconds = 0;
  std::vector<double> latencies_us;  // from the moment at which it should have been sent
  double a_second() const { return messages / seconds; }
};

/// Each sender writes the next message when the last was answered, for `seconds`.
struct ClosedLoop {
  std::size_t senders;
  double seconds;
  std::size_t size = 1024;
};
Outcome send_in_a_loop(Clients& clients, const std::vector<Resident>& to, const ClosedLoop& how);

/// Messages at fixed moments, however long the answers take: latency counts from the moment that was planned.
struct OpenLoop {
  double a_second;
  double seconds;
  std::size_t senders = 50;
  std::size_t size = 1024;
};
Outcome send_at_a_rate(Clients& clients, const std::vector<Resident>& to, const OpenLoop& how);

/// Devices that read and acknowledge until they are cut; opened when this returns.
class Listeners {
 public:
  Listeners(Clients& clients, const std::vector<Resident>& who);
  ~Listeners();
  double received() const { return received_; }

 private:
  asio::awaitable<void> listen(const Resident& resident);
  Clients& clients_;
  std::vector<std::unique_ptr<MailboxLine>> lines_;
  double received_ = 0;
  std::size_t drained_ = 0;
};

/// The same request again and again over several connections.
Outcome ask_in_a_loop(Clients& clients, const std::function<base::Blob(std::size_t)>& request, std::size_t lines,
                      double seconds);

}  // namespace sotto::bench

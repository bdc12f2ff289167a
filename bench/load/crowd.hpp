#pragma once
#include <chrono>

#include "bench/lines/lines.hpp"
#include "bench/load/options.hpp"
#include "bench/load/speech.hpp"
#include "bench/load/tally.hpp"

namespace sotto::bench {

/// What everybody in a load shares. All of it outlives the crowd.
struct Scene {
  Clients& clients;
  const Town& town;
  Speech& speech;
  Tally& tally;
};

struct Measured {
  std::uint64_t messages = 0;        // answered with 200 within the load
  double seconds = 0;                // until the last answer
  std::vector<double> latencies_us;  // to the answer; at a rate from the moment that was planned
};

/// All the connections: a mailbox for each account, a line for each lane. What breaks is opened again, what was not
/// answered is sent again, in the very same bytes.
class Crowd {
 public:
  /// Opens the mailboxes; returns when all of them are open, or after a minute.
  explicit Crowd(Scene scene);
  ~Crowd();

  /// One message each in these lanes, read by the other end.
  /// returns  whether all of them arrived within a minute
  bool exchange(std::size_t first_lane, std::size_t step);
  /// Each lane sends when its last message was answered.
  Measured loop(std::chrono::duration<double> length);
  /// So many messages a second, dealt out to the lanes in turn. A lane that is late sends at once, and the message's
  /// latency counts from when it should have left.
  Measured keep_rate(double a_second, std::chrono::duration<double> length);
  /// Waits for what was promised and has not come, as long as something comes every ten seconds.
  void wait_for_stragglers();

 private:
  using Moment = std::chrono::steady_clock::time_point;
  struct Sender {
    std::unique_ptr<HttpLine> line = {};
    std::uint64_t last = 0;   // number of its last message
    bool is_refused = false;  // the server takes none of its messages
  };
  struct Round;

  asio::awaitable<void> read(std::size_t account);
  asio::awaitable<void> read_all(std::size_t account, MailboxLine& line);
  void note(std::size_t account, base::View envelope);
  asio::awaitable<void> loop_in(std::size_t lane, Round& round);
  asio::awaitable<void> keep_rate_in(std::size_t lane, Round& round);
  asio::awaitable<void> send_one(std::size_t lane, Moment planned, Round& round);
  asio::awaitable<unsigned> ask(Sender& sender, const base::Blob& request);
  Measured finish(Round& round);

  Scene scene_;
  std::vector<Sender> senders_;
  std::vector<std::unique_ptr<MailboxLine>> mailboxes_;
  std::size_t open_ = 0;     // mailboxes
  std::size_t running_ = 0;  // coroutines
  bool is_over_ = false;
};

}  // namespace sotto::bench

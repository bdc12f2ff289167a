#pragma once
#include "bench/lines/lines.hpp"
#include "bench/server/loads.hpp"

/// As much XMPP as the same load needs: log in, send, acknowledge. A load's answers are looked through for the words
/// that matter, not parsed.
namespace sotto::bench::xmpp {

/// A session of one account, with stream management on.
class Line {
 public:
  static asio::awaitable<std::unique_ptr<Line>> open(Clients& clients, std::size_t account);
  explicit Line(std::unique_ptr<net::Stream> stream) : stream_(std::move(stream)) {}

  /// Sends and asks for the server's acknowledgement of it.
  /// returns  whether that came
  asio::awaitable<bool> send(std::size_t to, const std::string& body);
  /// Reads until the connection ends and acknowledges whenever it is asked to; adds to `received`.
  asio::awaitable<void> listen(double& received);
  /// Says that this one is there, so that messages come here and are not kept.
  asio::awaitable<bool> say_that_i_am_here();
  void cut() { stream_->cut(); }

 private:
  asio::awaitable<bool> log_in(std::size_t account);
  asio::awaitable<bool> write(std::string text);
  asio::awaitable<bool> read_past(std::string_view words);
  asio::awaitable<bool> more();

  std::unique_ptr<net::Stream> stream_;
  std::string buffer_;
  base::Blob piece_ = base::Blob(16'384);
  std::uint64_t sent_ = 0;      // stanzas since stream management is on
  std::uint64_t received_ = 0;  // the same of the server's
};

/// How fast a sender goes on.
struct Pace {
  double seconds;
  /// From one of its messages to the next, at least; with none as soon as the last was acknowledged.
  std::chrono::microseconds interval{0};
};

/// Accounts 0 to count - 1 send to count to 2 * count - 1, each when its last message was acknowledged.
class Load {
 public:
  Load(Clients& clients, std::size_t count);
  ~Load();
  /// Returns when the last of them has come to its recipient.
  Outcome send_in_a_loop(Pace pace, std::size_t size);

 private:
  Clients& clients_;
  std::vector<std::unique_ptr<Line>> senders_, listeners_;
  double sent_ = 0, received_ = 0;
  std::size_t listening_ = 0;
};

}  // namespace sotto::bench::xmpp

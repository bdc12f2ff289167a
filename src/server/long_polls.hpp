#pragma once
#include <memory>
#include <unordered_map>

#include "net/event.hpp"

namespace sotto::server {

namespace asio = boost::asio;

/// Requests that wait for something to happen.
class LongPolls {
 public:
  LongPolls(net::Timer& timer, net::Clock& clock) : timer_(timer), clock_(clock) {}
  LongPolls(const LongPolls&) = delete;
  LongPolls& operator=(const LongPolls&) = delete;

  using Subject = std::uint64_t;

  /// One request that waits. Taken *before* it looks, so that nothing happens unnoticed in between.
  class Place {
   public:
    Place(LongPolls& polls, Subject subject);
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    /// Whether it makes sense to look again: something happened, and limits::long_poll is not over.
    asio::awaitable<bool> wait();

   private:
    LongPolls& polls_;
    Subject subject_;
    net::Duration until_;
    std::shared_ptr<net::Event> event_;  // shared with who rings it
  };

  void ring(Subject subject);
  /// Nobody waits from now on.
  void end();

 private:
  net::Timer& timer_;
  net::Clock& clock_;
  std::unordered_multimap<Subject, std::shared_ptr<net::Event>> places_;
  bool is_over_ = false;
};

}  // namespace sotto::server

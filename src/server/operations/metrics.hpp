#pragma once
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "base/log.hpp"

namespace sotto::server {

struct Route;

/// Numbers about the server as a whole. Names are words of the source, and labels lines of the route table: nothing
/// here can name an account or an address. All on the I/O thread, hence plain integers.
class Metrics {
 public:
  /// Only ever grows. Whoever counts keeps the reference; it lives as long as the Metrics.
  class Counter {
   public:
    void add(std::uint64_t count = 1) { value_ += count; }
    std::uint64_t value() const { return value_; }

   private:
    std::uint64_t value_ = 0;
  };
  enum class Kind { counter, gauge };
  struct Reading {
    std::string name;
    std::string labels;  // `{route="GET /v1/status",status="2xx"}`, or none
    std::string help;
    Kind kind;
    double value;
  };

  Metrics() = default;
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  /// name  as Prometheus wants it: `sotto_messages_stored_total`
  Counter& counter(base::Word name, base::Word help);
  /// A number that somebody else keeps, asked for when it is read. `ask` must live as long.
  void watch(Kind kind, base::Word name, base::Word help, std::function<double()> ask);

  /// One of the numbers of a name that has one for each route and class of status (2: 200 to 299); not shown while it
  /// is 0. `ask` must live as long.
  void watch_route(base::Word name, base::Word help, const Route& route, unsigned status_class,
                   std::function<double()> ask);

  std::vector<Reading> readings() const;
  /// Prometheus' text format, version 0.0.4.
  std::string text() const;

 private:
  struct Watched {
    base::Word name;
    base::Word help;
    Kind kind;
    std::function<double()> ask;
    std::string labels = {};
  };
  std::deque<Counter> counters_;  // a deque: references stay good
  std::vector<Watched> watched_;
};

/// Adds what the system knows about this process: memory, processor time, since when it runs.
void watch_process(Metrics& metrics);

}  // namespace sotto::server

#pragma once
#include <unordered_map>

#include "net/http_server.hpp"
#include "server/strangers/stranger_buckets.hpp"

namespace sotto::server {

struct StrangersOptions {
  bool per_address = true;  // false: nobody is told apart
  std::size_t connections_per_address = limits::address_connections;
  bool believes_forwarded_for = false;  // of a connection without an address: a proxy's
};

/// What those may do who have shown no right: from each address, and all together. In memory only.
class Strangers {
 public:
  Strangers(net::Clock& clock, base::Random& random, StrangersOptions options);
  Strangers(const Strangers&) = delete;
  Strangers& operator=(const Strangers&) = delete;

  /// Who asks; nothing if it can't be said, or is this machine.
  std::optional<Stranger> who_asks(const net::Caller& caller, const net::Request& head) const;

  /// Whether a connection may stay; then leave() when it has ended.
  bool enter(const net::Caller& caller);
  void leave(const net::Caller& caller);

  /// Takes what a deed costs: first from its stranger, so that who has nothing left takes nothing from all.
  /// returns  0, or the seconds to wait
  unsigned wait_before(limits::Deed deed, std::optional<Stranger> from);
  /// Whether there is anything left for that stranger, without taking it.
  unsigned wait_of(limits::Deed deed, std::optional<Stranger> from) const;
  /// Takes from the stranger what is done already, as much of it as it has.
  void note(limits::Deed deed, std::optional<Stranger> from, std::size_t count = 1);

  std::uint64_t turned_away() const { return turned_away_; }  // connections

 private:
  std::optional<Stranger> who_asks(const net::Caller& caller) const;
  static constexpr std::size_t deeds = 5;

  net::Clock& clock_;
  StrangersOptions options_;
  StrangerNames names_;
  StrangerBuckets buckets_;
  std::array<Bucket, deeds> of_all_;
  std::unordered_map<std::uint64_t, std::size_t> connections_;  // stranger → how many stand
  std::uint64_t turned_away_ = 0;
};

}  // namespace sotto::server

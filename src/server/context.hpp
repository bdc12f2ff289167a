#pragma once
#include <string>

#include "base/random.hpp"
#include "net/http.hpp"
#include "net/timer.hpp"
#include "server/blobs/grants.hpp"
#include "server/devices/rendezvous_hall.hpp"
#include "server/long_polls.hpp"
#include "server/mailbox/delivery.hpp"
#include "server/rates.hpp"
#include "server/sending/recent_uploads.hpp"
#include "server/storage/storage.hpp"
#include "server/strangers/strangers.hpp"

namespace sotto::server {

enum class Registration { open, invite, closed };

/// What every route may use. All of it outlives the requests.
struct Context {
  Storage& storage;
  net::Clock& clock;
  net::Timer& timer;
  base::Random& random;
  MailboxHub& hub;
  Delivery& delivery;
  Rates& rates;
  Strangers& strangers;
  RecentUploads& recent_uploads;
  RecentUploads& recent_shared_uploads;  // apart: anybody may fill it
  LongPolls& long_polls;
  Grants& grants;
  ReadKeys& read_keys;
  RendezvousHall& rendezvous;
  Registration registration;
  std::string authority;  // HOST:PORT by which clients reach this server; empty: whatever they say in Host

  base::Day today() { return base::day_of(clock.now()); }
};

}  // namespace sotto::server

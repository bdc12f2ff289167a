#pragma once
#include <string>

#include "base/random.hpp"
#include "net/http.hpp"
#include "net/timer.hpp"
#include "server/mailbox_hub.hpp"
#include "server/storage/storage.hpp"

namespace sotto::server {

enum class Registration { open, closed };

/// What every route may use. All of it outlives the requests.
struct Context {
  Storage& storage;
  net::Clock& clock;
  base::Random& random;
  MailboxHub& hub;
  Registration registration;
  std::string authority;  // HOST:PORT by which clients reach this server; empty: whatever they say in Host

  base::Day today() { return base::day_of(clock.now()); }
};

/// One request on its way to its route.
struct Call {
  net::Request request;
  std::string tail = {};                   // of the path, where the route ends with one
  std::optional<KnownDevice> device = {};  // where the route is for devices
};

}  // namespace sotto::server

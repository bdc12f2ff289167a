#pragma once
#include <map>
#include <vector>

#include "net/websocket.hpp"
#include "server/mailbox_hub.hpp"
#include "wire/frames.pb.h"

namespace sotto::server {

/// One device's connection to its mailbox: pushes what is queued, in order and within the window, and deletes what the
/// device acknowledges. What was pushed and not acknowledged comes again on the next connection.
class MailboxSession {
 public:
  MailboxSession(Storage& storage, MailboxHub& hub, net::Timer& timer, KnownDevice device, net::WebSocket& websocket);
  MailboxSession(const MailboxSession&) = delete;
  MailboxSession& operator=(const MailboxSession&) = delete;

  /// Until the connection has ended and all that was acknowledged is deleted.
  asio::awaitable<void> run();

 private:
  asio::awaitable<void> listen();  // ends with the connection
  asio::awaitable<void> push();
  asio::awaitable<void> acknowledge();

  asio::awaitable<bool> push_queued();  // whether anything was there
  asio::awaitable<bool> send(const wire::frames::ServerFrame& frame);
  bool take_acks(base::View frame);  // false: not what was agreed
  std::size_t room() const;

  Storage& storage_;
  MailboxHub& hub_;
  asio::any_io_executor executor_;
  KnownDevice device_;
  net::WebSocket& websocket_;
  std::shared_ptr<MailboxHub::Seat> seat_;  // shared with the hub

  std::map<std::uint64_t, std::size_t> in_flight_;  // position → size; sent, and not yet deleted
  std::size_t in_flight_bytes_ = 0;
  std::uint64_t last_pushed_ = 0;
  std::vector<std::uint64_t> acks_;  // said by the device, not yet deleted; all of them are in flight
  net::Event acked_;
  net::Event part_ended_;
  int parts_ = 0;
  bool is_over_ = false;
};

}  // namespace sotto::server

#pragma once
#include <vector>

#include "net/websocket.hpp"
#include "server/mailbox/delivery.hpp"

namespace sotto::server {

/// One device's connection to its mailbox: pushes what is queued, in order and within the window, and deletes what the
/// device acknowledges. What was pushed and not acknowledged comes again on the next connection.
class MailboxSession {
 public:
  MailboxSession(Storage& storage, MailboxHub& hub, Delivery& delivery, DeviceRow device, net::WebSocket& websocket,
                 asio::any_io_executor executor);
  MailboxSession(const MailboxSession&) = delete;
  MailboxSession& operator=(const MailboxSession&) = delete;

  /// Acknowledgements move the window and delete nothing: of a receive-only token.
  void delete_nothing() { seat_->deletes = false; }
  /// Until the connection has ended and all that was acknowledged is deleted.
  asio::awaitable<void> run();

 private:
  asio::awaitable<void> listen();  // ends with the connection
  asio::awaitable<void> push();
  asio::awaitable<void> acknowledge();

  asio::awaitable<bool> push_queued();  // whether anything was there
  asio::awaitable<void> push_from_memory();
  asio::awaitable<bool> send(wire::frames::ServerFrame frame);
  bool take_acks(base::View frame);  // false: not what was agreed

  Storage& storage_;
  MailboxHub& hub_;
  Delivery& delivery_;
  asio::any_io_executor executor_;
  net::WebSocket& websocket_;
  std::shared_ptr<Seat> seat_;  // shared with the hub

  Position last_pushed_ = 0;
  std::vector<Position> acks_;     // said by the device, not yet deleted; each was pushed here
  std::vector<Position> answers_;  // asked to be told when they are
  net::Event acked_;
  net::Event part_ended_;
  int parts_ = 0;
  bool is_over_ = false;
};

}  // namespace sotto::server

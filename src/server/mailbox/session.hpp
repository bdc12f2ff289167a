#pragma once
#include <functional>
#include <optional>
#include <vector>

#include "net/event.hpp"
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
  void delete_nothing(const base::Bytes<32>& token_hash) {
    seat_->deletes = false;
    seat_->token_hash = token_hash;
  }
  /// Until the connection has ended and all that was acknowledged is deleted.
  asio::awaitable<void> run();

 private:
  asio::awaitable<void> listen();  // ends with the connection
  // What has something to do runs, and ends when it has nothing left: an idle connection is one coroutine that reads.
  void start_push();
  asio::awaitable<void> push();
  asio::awaitable<bool> push_some();  // false: there is nothing to do now
  void start_acknowledge();
  asio::awaitable<void> acknowledge();
  std::function<void()> part();  // counts one more; to be called when that has ended

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
  std::vector<Position> acks_;            // said by the device, not yet deleted; each was pushed here
  std::vector<Position> answers_;         // asked to be told when they are
  std::optional<net::Event> part_ended_;  // while run() waits for the parts
  int parts_ = 0;
  bool is_pushing_ = false, is_to_push_again_ = false, is_acknowledging_ = false, is_drained_ = false;
  bool is_over_ = false;
};

}  // namespace sotto::server

#pragma once
#include <map>
#include <memory>
#include <optional>

#include "net/event.hpp"
#include "net/websocket.hpp"
#include "server/storage/storage.hpp"

namespace sotto::server {

constexpr std::uint16_t close_replaced = 4001;    // a newer connection of the same device
constexpr std::uint16_t close_going_away = 1001;  // the server stops

/// Who is connected: at most one connection for each device.
class MailboxHub {
 public:
  struct Seat {
    explicit Seat(asio::any_io_executor executor) : changed(std::move(executor)) {}
    net::Event changed;                     // something new in the mailbox, or `leave`
    std::optional<net::CloseReason> leave;  // why this connection must end
  };

  explicit MailboxHub(asio::any_io_executor executor) : executor_(std::move(executor)) {}
  MailboxHub(const MailboxHub&) = delete;
  MailboxHub& operator=(const MailboxHub&) = delete;

  /// An older connection of the device is told to leave.
  std::shared_ptr<Seat> take(DeviceRow device);
  void give_back(DeviceRow device, const std::shared_ptr<Seat>& seat);
  void wake(DeviceRow device);
  void send_all_away(net::CloseReason reason);
  std::size_t size() const { return seats_.size(); }

 private:
  asio::any_io_executor executor_;
  std::map<DeviceRow, std::shared_ptr<Seat>> seats_;  // shared with the session that sits there
};

}  // namespace sotto::server

#pragma once
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>

#include "net/websocket.hpp"
#include "server/storage/storage.hpp"
#include "wire/frames.pb.h"

namespace sotto::server {

constexpr std::uint16_t close_replaced = 4001;    // a newer connection of the same device
constexpr std::uint16_t close_removed = 4002;     // the device is no longer on the account's list
constexpr std::uint16_t close_token_gone = 4003;  // the receive-only token it came by was replaced or taken back
constexpr std::uint16_t close_going_away = 1001;  // the server stops

class Flight;

/// An envelope that is pushed before it is stored.
struct MemoryEnvelope {
  Position position;  // 0: ephemeral
  PermitClass permit_class;
  std::shared_ptr<const base::Blob> bytes;  // shared with the other devices and the storage
  std::shared_ptr<Flight> flight;           // whose answer waits for it; null: ephemeral
  Sender sender = nobody_in_particular;
};

/// Where one device's connection sits.
struct Seat {
  explicit Seat(DeviceRow of) : device(of) {}

  DeviceRow device;
  bool deletes = true;                    // false: its acknowledgements move the window only (a receive-only token)
  base::Bytes<32> token_hash{};           // that one's; the right to sit here ends with it
  std::function<void()> on_change;        // of whoever sits here: something new in the mailbox, or `leave`
  std::optional<net::CloseReason> leave;  // why this connection must end

  /// All that is stored has been pushed: what comes now may be pushed from memory.
  bool is_live = false;
  std::uint64_t stores_begun = 0;                // of envelopes for this device, since it sits here
  std::list<MemoryEnvelope> to_push;             // in the order of their positions
  std::map<Position, MemoryEnvelope> unsettled;  // pushed or about to be, neither acknowledged nor stored
  std::map<Position, std::size_t> in_flight;     // position → size; sent, or about to be, and not yet deleted
  std::size_t in_flight_bytes = 0;
  std::list<wire::frames::ServerFrame> to_tell;  // notices and confirmations

  void change() const {
    if (on_change) on_change();
  }
  bool has_room() const;     // in the window
  std::size_t room() const;  // in bytes; 0: none
  void put_in_window(Position position, std::size_t size);
  void take_out_of_window(Position position);
};

/// Who is connected: at most one connection for each device.
class MailboxHub {
 public:
  MailboxHub() = default;
  MailboxHub(const MailboxHub&) = delete;
  MailboxHub& operator=(const MailboxHub&) = delete;

  /// An older connection of the device is told to leave.
  std::shared_ptr<Seat> take(DeviceRow device);
  void give_back(const std::shared_ptr<Seat>& seat);
  std::shared_ptr<Seat> find(DeviceRow device) const;
  void wake(DeviceRow device);
  void tell(DeviceRow device, wire::frames::ServerFrame frame);
  void send_away(DeviceRow device, net::CloseReason reason);
  /// Whoever sits there by another receive-only token than this one.
  void send_away_other_readers(DeviceRow device, const std::optional<base::Bytes<32>>& token_hash);
  void send_all_away(net::CloseReason reason);
  std::size_t size() const { return seats_.size(); }

 private:
  std::unordered_map<std::uint64_t, std::shared_ptr<Seat>> seats_;  // shared with the session that sits there
};

}  // namespace sotto::server

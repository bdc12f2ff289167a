#pragma once
#include <deque>
#include <unordered_map>

#include "net/timer.hpp"
#include "server/mailbox/hub.hpp"

namespace sotto::server {

struct Addressed {
  DeviceRow device;
  PermitClass permit_class;
  std::shared_ptr<const base::Blob> bytes;  // shared by all who keep them on the way
  Sender sender = nobody_in_particular;
};

/// One upload to the devices of one account.
struct Upload {
  std::vector<Addressed> envelopes;
  std::uint64_t name = 0;  // of the upload
  base::Day day;
};

/// The way of envelopes from uploads into mailboxes. Where every device is there and has seen all that came before, an
/// upload is pushed from memory first: a device that acknowledges it in time saves both commits. Everything else is
/// stored, and what was pushed but not acknowledged in time is stored then. Either way the answer means: on disk, or
/// committed and acknowledged by the device (design, section 9).
///
/// Order: positions are given here, on one thread. Before anything of a mailbox is stored unpushed, all that was pushed
/// from memory is handed to the storage, which keeps the order of its calls; so a reader of the storage that sees an
/// envelope sees every earlier one that was not acknowledged.
class Delivery {
 public:
  Delivery(Storage& storage, MailboxHub& hub, net::Clock& clock, net::Timer& timer);
  ~Delivery();
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;

  /// All or nothing. Resumes when each envelope is durable or acknowledged.
  asio::awaitable<Stored<Kept>> deliver(Upload upload);
  /// The same for one payload to many, each by itself; always stored. Positions are given here.
  asio::awaitable<Stored<std::vector<Kept>>> deliver_shared(SharedEnvelopes envelopes);
  /// For whoever is there now and reads fast enough.
  void pass_on(const Upload& upload);

  /// By a session. Whether the envelope was only in memory, so that nothing is to be deleted.
  bool settle(Seat& seat, Position position);
  /// By a session that ends: what was pushed and not acknowledged is stored.
  void abandon(const std::shared_ptr<Seat>& seat);
  /// Whether anything of the device is on its way to the storage. Together with Seat::stores_begun: who finds nothing
  /// in the storage while nothing is, or was, on its way there has seen everything.
  bool is_storing(DeviceRow device) const { return storing_.contains(device.value); }

  struct Counts {
    std::uint64_t pushed = 0, stored = 0, acknowledged = 0;  // envelopes
  };
  const Counts& counts() const { return counts_; }

 private:
  struct Expiring;
  bool can_be_pushed(const Upload& upload) const;
  asio::awaitable<Stored<Kept>> push(Upload upload);
  asio::awaitable<Stored<Kept>> store(NewEnvelopes envelopes);
  void keep(Seat& seat, std::vector<MemoryEnvelope> envelopes);
  void keep_all(Seat& seat);
  void arm();
  void expire();
  void begin_storing(DeviceRow device);
  void end_storing(DeviceRow device);

  Storage& storage_;
  MailboxHub& hub_;
  net::Clock& clock_;
  net::Timer& timer_;
  std::unordered_map<std::uint64_t, std::uint32_t> storing_;  // device → how many calls are under way
  std::deque<Expiring> expiring_;                             // in the order in which they were pushed
  std::unique_ptr<net::Timer::Alarm> alarm_;
  std::shared_ptr<std::size_t> in_memory_ = std::make_shared<std::size_t>(0);  // bytes; shared with the flights
  Counts counts_;
};

}  // namespace sotto::server

#pragma once
#include <unordered_map>
#include <vector>

#include "server/storage/embedded/cache.hpp"
#include "server/storage/mailboxes.hpp"

namespace sotto::server {

/// How much of one class's share in one mailbox came by one permit, so that none fills it alone (limits::Share). In
/// memory only: on disk nothing tells which envelopes came by the same one. So it is a bound from above, which a
/// restart lifts: of what was deleted it is not known whose it was, only how much is left.
class SenderParts {
 public:
  bool has_room(DeviceRow device, PermitClass permit_class, Sender sender, std::size_t size) const;
  void note(DeviceRow device, PermitClass permit_class, Sender sender, std::size_t size);
  /// What is left there of the class; nobody has more of it.
  void bound(DeviceRow device, PermitClass permit_class, std::uint64_t envelopes, std::uint64_t bytes);
  void forget_all() { queues_.clear(); }

 private:
  struct Part {
    Sender sender;
    std::uint64_t weight;
  };
  /// Of who has most. Somebody new takes the place of who has least, with what that one has: so nobody who had much and
  /// is not among them is taken for less than he has (the space-saving count of Metwally, Agrawal and El Abbadi).
  using Parts = std::vector<Part>;
  static Part* find(Parts& parts, Sender sender);

  std::unordered_map<DeviceRow, Parts, FirstBytes> queues_;  // by device and class together
};

}  // namespace sotto::server

#pragma once
#include <unordered_map>
#include <vector>

#include "base/random.hpp"
#include "net/clock.hpp"

namespace sotto::server {

/// Where two devices exchange a few messages before one of them has an account; in memory, for two minutes. The host
/// opens one, who knows its id joins it, and nobody else after that.
class RendezvousHall {
 public:
  RendezvousHall(net::Clock& clock, base::Random& random) : clock_(clock), random_(random) {}
  RendezvousHall(const RendezvousHall&) = delete;
  RendezvousHall& operator=(const RendezvousHall&) = delete;

  using Id = base::Bytes<16>;
  using Key = base::Bytes<16>;
  enum class Side : std::uint8_t { host, guest };
  struct Opened {
    Id id;
    Key key;
  };

  /// Nothing if there are too many.
  std::optional<Opened> open();
  enum class Joining { joined, taken, unknown };
  Joining join(const Id& id, Key& key);
  /// Which side the key is of; nothing also if there is no such rendezvous.
  std::optional<Side> side_of(const Id& id, base::View key);

  enum class Put { done, full };
  Put put(const Id& id, Side from, base::Blob message);
  /// The messages of the other side behind the first `after`; nothing if the rendezvous is over.
  std::optional<std::vector<base::Blob>> messages_for(const Id& id, Side to, std::size_t after);
  void close(const Id& id);

  std::size_t size() const { return open_.size(); }

 private:
  struct Rendezvous {
    Key host_key;
    std::optional<Key> guest_key;
    net::Duration until;
    std::vector<base::Blob> from_host;
    std::vector<base::Blob> from_guest;
    std::size_t bytes = 0;
  };
  struct HashId {
    std::size_t operator()(const Id& id) const;
  };
  Rendezvous* find(const Id& id);
  void drop_old();

  net::Clock& clock_;
  base::Random& random_;
  std::unordered_map<Id, Rendezvous, HashId> open_;
  std::size_t bytes_ = 0;
};

}  // namespace sotto::server

#pragma once
#include "client/engine.hpp"
#include "client/linking/session.hpp"

namespace sotto::client::linking {

constexpr net::Duration at_most = std::chrono::minutes(2);  // for one try, as the server keeps a rendezvous

/// One side of a rendezvous: says and hears until two minutes are over. What can't reach the server for a moment is
/// tried again, as the same bytes.
class Meeting {
 public:
  Meeting(const Parts& parts, Server::Reach reach, std::string bearer)
      : parts_(parts),
        server_(parts.transport, parts.timer, std::move(reach), std::move(bearer)),
        until_(parts.clock.monotonic() + at_most) {}

  asio::awaitable<Result<void>> open();
  asio::awaitable<Result<void>> join(base::Bytes<16> rendezvous);
  /// One that was opened before this program started.
  void take(Server::Rendezvous at) { at_ = std::move(at); }

  asio::awaitable<Result<void>> say(base::Blob message);
  /// The next thing that the other side says.
  asio::awaitable<Result<base::Blob>> hear();
  /// Tells the other side that nothing more comes. What can't be told, two minutes tell.
  asio::awaitable<void> end();
  /// errors  refused  two minutes are over
  Result<void> in_time() const;

  const Server::Rendezvous& at() const { return at_; }
  Server& server() { return server_; }

 private:
  asio::awaitable<Result<void>> pause(Problem problem);

  const Parts& parts_;
  Server server_;
  net::Duration until_;
  Server::Rendezvous at_;
  std::size_t heard_ = 0;
};

/// Whether a try may begin, and that it has: what goes wrong from here on counts.
Result<void> may_begin(store::Transaction& in, base::Timestamp now);

/// Whether the person typed this code; blanks and hyphens between the digits are nothing.
bool is_code(std::string_view typed, const std::string& code);

}  // namespace sotto::client::linking

#pragma once
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "client/answers.hpp"
#include "client/new_account.hpp"
#include "client/problem.hpp"
#include "net/http_client.hpp"
#include "net/websocket.hpp"
#include "wire/authority.hpp"
#include "wire/prekeys.hpp"

/// The home server as the engine sees it: its routes as functions, its answers as types.
namespace sotto::client {

namespace asio = net::asio;

/// Which of a device's copies speaks (design, section 5).
struct Generation {
  std::uint64_t number = 0;
  std::optional<base::Bytes<16>> tick = {};
  friend bool operator==(const Generation&, const Generation&) = default;
};

struct ServerStatus {
  std::uint64_t queued = 0;
  std::uint32_t one_time_prekeys = 0;
  std::uint32_t one_time_kyber_prekeys = 0;
  std::string version;
  Generation generation = {};
  std::uint64_t store_epoch = 0;
  std::uint32_t deletion_day = 0;             // on which the account is deleted; 0: it is not
  std::optional<base::Timestamp> clock = {};  // what time the server has; to compare, never to trust
  std::uint32_t clone_alarm_day = 0;          // on which an older token was used; 0: never
};

/// A challenge for one act of the account, and the mailbox of a device that comes with it.
struct ActChallenge {
  base::Bytes<32> challenge{};
  wire::MailboxId mailbox_id;
};
/// The right to one more mailbox of this account.
struct MailboxGrant {
  base::Bytes<32> grant{};
  wire::MailboxId mailbox_id;
};
/// What became of a new list.
struct ListPassed {
  wire::Introduction stands;  // another one was faster
};

/// One frame of the mailbox.
struct Delivered {
  std::uint64_t position = 0;
  base::Blob envelope;
};
struct Drained {};
/// The directory runs out of this device's one-time prekeys.
struct PrekeysLow {};
/// The own list is another one now.
struct ListChanged {};
/// A token older than the present one was used: somebody has a copy of this device.
struct Cloned {};
/// For who is there now: the server has not kept it, and is told nothing about it.
struct Ephemeral {
  base::Blob envelope;
};
/// What this version makes nothing of: a notice that is new.
struct Passed {};
using MailboxFrame = std::variant<Delivered, Ephemeral, Drained, PrekeysLow, ListChanged, Cloned, Passed>;

/// The open mailbox. What comes is read beside what its owner does, as far as there is room.
class Mailbox {
 public:
  Mailbox(std::unique_ptr<net::WebSocket> socket, net::Timer& timer, std::string server);
  ~Mailbox() { cut(); }
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  asio::awaitable<Result<MailboxFrame>> receive();
  /// The envelopes that have come behind `first`, up to another frame, without waiting for any.
  asio::awaitable<std::vector<Delivered>> with_followers(Delivered first);
  asio::awaitable<Result<void>> acknowledge(std::vector<std::uint64_t> positions);
  asio::awaitable<void> close();
  void cut();

 private:
  struct Inflow;
  static asio::awaitable<void> read(std::shared_ptr<Inflow> inflow);

  std::shared_ptr<Inflow> inflow_;  // shared with the coroutine that reads, which may end later
  net::Timer& timer_;
};

class Server {
 public:
  struct Reach {
    wire::Authority authority;
    std::string ca_pem;  // empty: the system's authorities, or the pin
    std::optional<wire::Hash> tls_pin = {};
    net::Route route = {};

    net::Endpoint endpoint() const { return {.host = authority.host, .port = authority.port}; }
    net::ClientTls tls() const { return {.ca_pem = ca_pem, .spki_pin = tls_pin, .route = route}; }
  };
  Server(net::Transport& transport, net::Timer& timer, Reach reach, std::string bearer);

  // Every one may also end as unreachable, or as refused with the server's own words.
  /// errors  refused  also if the name is taken
  asio::awaitable<Result<Invitation>> begin_registration(std::string user_name);
  /// returns  nothing if the account is registered now; the server's reason if it refuses for good
  asio::awaitable<Result<std::optional<std::string>>> register_account(base::Blob request);
  asio::awaitable<Result<wire::Introduction>> look_up(std::string user_name);
  asio::awaitable<Result<ServerStatus>> status();
  asio::awaitable<Result<void>> put_prekeys(base::Blob upload);
  asio::awaitable<Result<void>> put_permits(base::Blob change);
  /// Of an account of which only the user name is known; and a first message to it, in one's own name.
  asio::awaitable<Result<std::vector<wire::DeviceBundle>>> bundles_to_knock(wire::AccountId account);
  asio::awaitable<Result<SendAnswer>> knock(base::Blob request);
  asio::awaitable<Result<std::unique_ptr<Mailbox>>> open_mailbox();

  // The account itself, and its other devices
  asio::awaitable<Result<wire::Introduction>> own_account();
  /// To a server that shows an older one: it was restored, and forgot.
  asio::awaitable<Result<void>> present_own(wire::Introduction introduction);
  /// By nobody: a listed device that it has lost.
  asio::awaitable<Result<void>> return_device(base::Blob request);
  asio::awaitable<Result<std::vector<wire::DeviceBundle>>> own_bundles();
  asio::awaitable<Result<SendAnswer>> send_to_own(base::Blob request);
  /// returns  the generation that stands now: the next one, if it was taken
  asio::awaitable<Result<Generation>> advance_generation(std::optional<base::Bytes<16>> tick_now, Generation next);
  asio::awaitable<Result<ActChallenge>> begin_act(wire::AccountId account);
  /// returns  nothing if it is the account's list now
  asio::awaitable<Result<std::optional<ListPassed>>> put_list(base::Blob act);
  asio::awaitable<Result<MailboxGrant>> grant();
  /// By nobody: a device that waits for the list that names it.
  asio::awaitable<Result<void>> add_device(base::Blob new_device);

  // Where two devices meet, by nobody
  struct Rendezvous {
    base::Bytes<16> id{};
    base::Blob key;
  };
  asio::awaitable<Result<Rendezvous>> open_rendezvous();
  asio::awaitable<Result<base::Blob>> join_rendezvous(base::Bytes<16> id);  // gives the guest's key
  asio::awaitable<Result<void>> say(Rendezvous at, base::Blob message);
  /// The messages of the other side behind its first `after`; waits for one, at most half a minute.
  asio::awaitable<Result<std::vector<base::Blob>>> hear(Rendezvous at, std::size_t after);
  asio::awaitable<Result<void>> end_rendezvous(Rendezvous at);

  std::string name() const { return reach_.authority.text(); }

 private:
  asio::awaitable<Result<net::Response>> call(std::string method, std::string target, base::Blob body);
  asio::awaitable<Result<net::Response>> call_at(Rendezvous at, std::string method, std::string target,
                                                 base::Blob body);
  std::vector<net::Header> headers() const;

  net::Transport& transport_;
  net::Timer& timer_;
  Reach reach_;
  std::string bearer_;
  net::HttpClient http_;
};

struct Addressed {
  wire::MailboxId mailbox_id;
  wire::RegistrationId registration_id;
  base::Blob envelope;
};

/// The bytes of a send request; they are kept, and sent again unchanged until the server has answered.
///
/// is_ephemeral  only for who is there now; never stored
base::Blob send_request(const base::Bytes<16>& idempotency_key, const wire::AccountId& recipient,
                        const std::vector<Addressed>& items, bool is_ephemeral);

}  // namespace sotto::client

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

struct ServerStatus {
  std::uint64_t queued = 0;
  std::uint32_t one_time_prekeys = 0;
  std::uint32_t one_time_kyber_prekeys = 0;
  std::string version;
};

/// One frame of the mailbox.
struct Delivered {
  std::uint64_t position = 0;
  base::Blob envelope;
};
struct Drained {};
/// The directory runs out of this device's one-time prekeys.
struct PrekeysLow {};
/// What this version makes nothing of: an ephemeral envelope, a notice that is new.
struct Passed {};
using MailboxFrame = std::variant<Delivered, Drained, PrekeysLow, Passed>;

/// The open mailbox.
class Mailbox {
 public:
  Mailbox(std::unique_ptr<net::WebSocket> socket, std::string server)
      : socket_(std::move(socket)), server_(std::move(server)) {}
  asio::awaitable<Result<MailboxFrame>> receive();
  asio::awaitable<Result<void>> acknowledge(std::uint64_t position);
  asio::awaitable<void> close();
  void cut() { socket_->cut(); }

 private:
  std::unique_ptr<net::WebSocket> socket_;
  std::string server_;
};

class Server {
 public:
  struct Reach {
    wire::Authority authority;
    std::string ca_pem;  // empty: the system's authorities
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

  std::string name() const { return reach_.authority.text(); }

 private:
  asio::awaitable<Result<net::Response>> call(std::string method, std::string target, base::Blob body);
  std::vector<net::Header> headers() const;
  net::ClientTls tls() const { return {.ca_pem = reach_.ca_pem}; }

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
base::Blob send_request(const base::Bytes<16>& idempotency_key, const wire::AccountId& recipient,
                        const std::vector<Addressed>& items);

}  // namespace sotto::client

#pragma once
#include "net/http_server.hpp"
#include "server/answer_tick.hpp"
#include "server/limits.hpp"
#include "server/request_counts.hpp"
#include "server/route.hpp"

namespace sotto::server {

struct ServerOptions {
  Registration registration = Registration::open;
  std::string authority = {};  // HOST:PORT by which clients reach this server; empty: whatever they say in Host
  net::HttpLimits http = {};
  StrangersOptions strangers = {};
};

/// The whole service over any transport and any storage. All that is handed in outlives it.
class Server final : private net::HttpService {
 public:
  Server(Storage& storage, net::Clock& clock, net::Timer& timer, base::Random& random, ServerOptions options);
  ~Server() override;
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Serves until the acceptor is closed. Several may run at once.
  asio::awaitable<void> serve(net::Acceptor& acceptor);
  /// Drops what is too old, at once and every hour, until stop().
  asio::awaitable<void> keep_tidy();
  /// Says goodbye to every device, lets requests under way be answered, cuts the rest.
  asio::awaitable<void> stop(net::Duration grace);

  /// Ends the connections of devices that were removed by somebody else than their account.
  void send_away(const std::vector<DeviceRow>& removed);

  /// Adds what it counts. It outlives the readings.
  void watch(Metrics& metrics) const;

  std::size_t connections() const { return http_.connections(); }
  std::size_t connected_devices() const { return hub_.size(); }

 private:
  class Exchange;
  asio::awaitable<std::variant<net::Response, std::unique_ptr<net::HttpExchange>>> admit(
      net::Request head, const net::Caller& caller) override;
  bool welcome(const net::Caller& caller) override { return strangers_.enter(caller); }
  void farewell(const net::Caller& caller) override { strangers_.leave(caller); }
  asio::awaitable<std::variant<net::Response, net::WebSocketSession>> upgrade(net::Request head) override;
  net::Response refusal(unsigned status) const override;
  net::Response counted(const Route* route, net::Response response);
  void note_refusal(const Route& route, const std::optional<Stranger>& stranger, const net::Response& response);

  /// Fills in what the route's credential proves, or refuses.
  asio::awaitable<std::optional<net::Response>> check(const Route& route, Call& call);
  /// Who a token says the asker is, and what it is good for.
  struct Bearer {
    OtherToken::Kind kind = OtherToken::Kind::unknown;  // `next` is never left: it has become the present one
    std::optional<KnownDevice> device = {};
    bool is_full = false;  // a present token
    base::Bytes<32> token_hash = {};
  };
  asio::awaitable<base::Result<Bearer, net::Response>> bearer(const net::Request& request);
  asio::awaitable<base::Result<Bearer, net::Response>> bearer_of_other(base::Bytes<32> token_hash);
  asio::awaitable<std::optional<net::Response>> check_device(const Route& route, Call& call);
  asio::awaitable<void> serve_mailbox(Bearer bearer, net::WebSocket& websocket);
  asio::awaitable<void> remember_uploads();
  asio::awaitable<void> sweep_blobs();
  asio::awaitable<bool> drop_old();  // whether there is more to drop

  net::Timer& timer_;
  MailboxHub hub_;
  Delivery delivery_;
  Rates rates_;
  Strangers strangers_;
  RecentUploads recent_uploads_{limits::recent_uploads};
  RecentUploads recent_shared_uploads_{limits::recent_shared_uploads};
  LongPolls long_polls_;
  Grants grants_;
  ReadKeys read_keys_;
  RendezvousHall rendezvous_;
  AnswerTick tick_;
  Context context_;
  RequestCounts counts_;
  net::Event stopping_;
  bool is_stopping_ = false;
  net::HttpServer http_;
};

}  // namespace sotto::server

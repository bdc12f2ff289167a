#pragma once
#include "client/server.hpp"
#include "wire/permit.hpp"

namespace sotto::client {

/// The anonymous connection: what is asked and sent by permit. It shares nothing with the authenticated one: no
/// connection, no TLS session, no token (design, section 6). In every call, nothing as the value means that the permit
/// does not count (any more), or that there is no such account: the server does not say which.
class Post {
 public:
  Post(net::Transport& transport, net::Timer& timer, Server::Reach reach);

  asio::awaitable<Result<std::optional<wire::Introduction>>> introduction_of(wire::AccountId account,
                                                                             wire::Permit permit);
  asio::awaitable<Result<std::optional<std::vector<wire::DeviceBundle>>>> bundles(wire::AccountId account,
                                                                                  wire::Permit permit);
  asio::awaitable<Result<std::optional<SendAnswer>>> send(wire::AccountId account, wire::Permit permit,
                                                          base::Blob request);

 private:
  asio::awaitable<Result<net::Response>> call(std::string method, std::string target, base::Blob permit,
                                              base::Blob body);

  Server::Reach reach_;
  net::HttpClient http_;
};

/// By which rights somebody is written to, the best first; with none, by user name and in one's own name, which is
/// called knocking.
struct Rights {
  wire::AccountId account;
  std::vector<wire::Permit> permits;
  std::optional<std::string> user_name = {};
};

/// The two connections of one operation. Each call takes the first right that counts.
/// errors  refused  with no right left: what waits goes on waiting
class Lines {
 public:
  Lines(net::Transport& transport, net::Timer& timer, const Server::Reach& reach, std::string bearer)
      : server(transport, timer, reach, std::move(bearer)), post(transport, timer, reach) {}

  asio::awaitable<Result<wire::Introduction>> introduction_of(Rights rights);
  asio::awaitable<Result<std::vector<wire::DeviceBundle>>> bundles(Rights rights);
  asio::awaitable<Result<SendAnswer>> send(Rights rights, base::Blob request);

  Server server;
  Post post;
};

}  // namespace sotto::client

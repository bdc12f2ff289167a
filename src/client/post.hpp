#pragma once
#include <map>

#include "client/server.hpp"
#include "client/ways.hpp"
#include "wire/permit.hpp"

namespace sotto::client {

/// The anonymous connection: what is asked and sent by permit. It shares nothing with the authenticated one: no
/// connection, no TLS session, no token (design, section 6). In every call, nothing as the value means that the permit
/// does not count (any more), or that there is no such account: the server does not say which.
class Post {
 public:
  Post(net::Transport& transport, net::Timer& timer, Server::Reach reach,
       net::Duration at_most = std::chrono::seconds(30));

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
  net::Duration at_most_;
  net::HttpClient http_;
};

/// By which rights somebody is written to, the best first; with none, by user name and in one's own name, which is
/// called knocking.
struct Rights {
  wire::AccountId account;
  std::vector<wire::Permit> permits;
  std::optional<std::string> user_name = {};
  std::optional<Home> elsewhere = {};  // nothing: on our own server
};

/// The connections of one operation: two to the own server, and an anonymous one to each other server that is written
/// to. Each call takes the first right that counts. errors  refused  with no right left: what waits goes on waiting
class Lines {
 public:
  Lines(net::Transport& transport, net::Timer& timer, Ways& ways, const store::OwnAccount& own, std::string bearer)
      : server(transport, timer, ways.to_own(own, Ways::Purpose::authenticated), std::move(bearer)),
        post(transport, timer, ways.to_own(own, Ways::Purpose::anonymous)),
        transport_(transport),
        timer_(timer),
        ways_(ways),
        own_{.server = own.server, .proxy = own.proxy, .allows_private_servers = own.allows_private_servers} {}

  asio::awaitable<Result<wire::Introduction>> introduction_of(Rights rights);
  asio::awaitable<Result<std::vector<wire::DeviceBundle>>> bundles(Rights rights);
  asio::awaitable<Result<SendAnswer>> send(Rights rights, base::Blob request);

  Server server;
  Post post;

 private:
  asio::awaitable<Post*> post_for(Rights rights);

  net::Transport& transport_;
  net::Timer& timer_;
  Ways& ways_;
  Ways::Own own_;
  std::map<std::string, std::unique_ptr<Post>> elsewhere_;  // by server and pin
};

}  // namespace sotto::client

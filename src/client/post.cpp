#include "client/post.hpp"

#include "base/encoding.hpp"
#include "client/answers.hpp"

namespace sotto::client {
namespace {

bool is_refused(const net::Response& answer) { return answers::error_of(answer).code == "no_such_permit"; }

}  // namespace

Post::Post(net::Transport& transport, net::Timer& timer, Server::Reach reach, net::Duration at_most)
    : reach_(std::move(reach)), at_most_(at_most), http_(transport, timer, reach_.endpoint(), reach_.tls()) {}

asio::awaitable<Result<net::Response>> Post::call(std::string method, std::string target, base::Blob permit,
                                                  base::Blob body) {
  net::Request request{.method = std::move(method),
                       .target = std::move(target),
                       .headers = {{.name = "Content-Type", .value = "application/x-protobuf"},
                                   {.name = "Sotto-Permit", .value = base::to_base64url(permit)}},
                       .body = std::move(body)};
  auto answer = co_await http_.send(std::move(request), at_most_);
  if (!answer) co_return Problem(answer.error(), reach_.authority.text());
  if (auto other = answers::not_ours(*answer, reach_.authority.text())) co_return *std::move(other);
  co_return *std::move(answer);
}

asio::awaitable<Result<std::optional<wire::Introduction>>> Post::introduction_of(wire::AccountId account,
                                                                                 wire::Permit permit) {
  base::Blob credential = base::concat({account.view(), permit});
  auto answer = co_await call("GET", "/v1/account", std::move(credential), base::Blob());
  if (!answer) co_return answer.error();
  if (is_refused(*answer)) {
    const std::optional<wire::Introduction> none;  // g++ 12 takes one that is made in the co_return for uninitialised
    co_return none;
  }
  auto introduction = answers::introduction(*answer, reach_.authority.text());
  if (!introduction) co_return introduction.error();
  std::optional<wire::Introduction> found = *std::move(introduction);
  co_return found;
}

asio::awaitable<Result<std::optional<std::vector<wire::DeviceBundle>>>> Post::bundles(wire::AccountId account,
                                                                                      wire::Permit permit) {
  base::Blob credential = base::concat({account.view(), permit});
  auto answer = co_await call("POST", "/v1/bundles", std::move(credential), base::Blob());
  if (!answer) co_return answer.error();
  if (is_refused(*answer)) {
    const std::optional<std::vector<wire::DeviceBundle>> none;
    co_return none;
  }
  auto bundles = answers::bundles(*answer, reach_.authority.text());
  if (!bundles) co_return bundles.error();
  std::optional<std::vector<wire::DeviceBundle>> found = *std::move(bundles);
  co_return found;
}

asio::awaitable<Result<std::optional<SendAnswer>>> Post::send(wire::AccountId account, wire::Permit permit,
                                                              base::Blob request) {
  base::Blob credential = base::concat({account.view(), permit});
  auto answer = co_await call("POST", "/v1/messages", std::move(credential), std::move(request));
  if (!answer) co_return answer.error();
  if (is_refused(*answer)) {
    const std::optional<SendAnswer> none;
    co_return none;
  }
  auto sent = answers::sending(*answer, reach_.authority.text());
  if (!sent) co_return sent.error();
  std::optional<SendAnswer> made = *std::move(sent);
  co_return made;
}

// With whatever right there is

namespace {

Problem no_right(const Rights& rights, const Server& own) {
  Problem made = refused((rights.elsewhere ? rights.elsewhere->server.text() : own.name()) +
                         ": no permit for this contact counts any more, or the account is gone; ask for a new contact "
                         "link");
  made.lacks_permit = true;
  return made;
}

}  // namespace

/// A server that is not ours gets less patience: others wait behind it.
asio::awaitable<Post*> Lines::post_for(Rights rights) {
  constexpr net::Duration patience = std::chrono::seconds(10);
  if (!rights.elsewhere) co_return &post;
  std::string name = rights.elsewhere->server.text();
  if (rights.elsewhere->tls_pin) name += " " + base::to_hex(*rights.elsewhere->tls_pin);
  if (!elsewhere_.contains(name)) {
    Ways::Own own = own_;
    Server::Reach reach = co_await ways_.to_other(std::move(own), *std::move(rights.elsewhere));
    if (!elsewhere_.contains(name))
      elsewhere_.emplace(name, std::make_unique<Post>(transport_, timer_, std::move(reach), patience));
  }
  co_return elsewhere_.at(name).get();
}

asio::awaitable<Result<wire::Introduction>> Lines::introduction_of(Rights rights) {
  Post* const there = co_await post_for(rights);
  for (const wire::Permit& permit : rights.permits) {
    auto found = co_await there->introduction_of(rights.account, permit);
    if (!found) co_return found.error();
    if (*found) co_return **std::move(found);
  }
  if (!rights.user_name || rights.elsewhere) co_return no_right(rights, server);
  co_return co_await server.look_up(*rights.user_name);
}

asio::awaitable<Result<std::vector<wire::DeviceBundle>>> Lines::bundles(Rights rights) {
  Post* const there = co_await post_for(rights);
  for (const wire::Permit& permit : rights.permits) {
    auto found = co_await there->bundles(rights.account, permit);
    if (!found) co_return found.error();
    if (*found) co_return **std::move(found);
  }
  if (!rights.user_name || rights.elsewhere) co_return no_right(rights, server);
  co_return co_await server.bundles_to_knock(rights.account);
}

asio::awaitable<Result<SendAnswer>> Lines::send(Rights rights, base::Blob request) {
  Post* const there = co_await post_for(rights);
  for (const wire::Permit& permit : rights.permits) {
    base::Blob copy = request;
    auto answer = co_await there->send(rights.account, permit, std::move(copy));
    if (!answer) co_return answer.error();
    if (*answer) co_return **std::move(answer);
  }
  if (!rights.user_name || rights.elsewhere) co_return no_right(rights, server);
  co_return co_await server.knock(std::move(request));
}

}  // namespace sotto::client

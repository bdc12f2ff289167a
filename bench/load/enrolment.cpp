#include "bench/load/enrolment.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "client/answers.hpp"

namespace sotto::bench {
namespace {

namespace answers = client::answers;
namespace frames = wire::frames;
constexpr std::size_t at_once = 16;
constexpr auto patience = std::chrono::seconds(30);

/// Several coroutines take turns at what there is to do; the first that meets an obstacle ends it for all.
struct Queue {
  Clients& clients;
  std::size_t count;
  const char* words = "";
  std::size_t next = 0;
  std::optional<Obstacle> obstacle = {};
};

/// One worker's connections.
struct Desk {
  explicit Desk(Clients& at) : clients(at), http(at.transport, at.timer, at.endpoint, at.tls) {}
  std::string server() const { return net::to_text(clients.endpoint); }
  Clients& clients;
  net::HttpClient http;
};

void report_progress(const Queue& queue) {
  const bool is_round = queue.next % 100 == 0 || queue.next == queue.count;
  if (is_round) std::fprintf(stderr, "sotto-load: %s %zu of %zu\n", queue.words, queue.next, queue.count);
}

net::Duration asked_to_wait(const net::Response& response) {
  const std::string_view text = net::header(response.headers, "Retry-After");
  unsigned seconds = 1;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return std::chrono::seconds(std::clamp(seconds, 1u, 60u));
}

/// The answer, once the server has time for us.
asio::awaitable<base::Result<net::Response, Obstacle>> ask(Desk& desk, net::Request request) {
  for (;;) {
    net::Request copy = request;
    auto response = co_await desk.http.send(std::move(copy), patience);
    if (!response) co_return Obstacle(client::Problem(response.error(), desk.server()).message);
    if (response->status != 429) {
      if (response->status == 200) co_return *std::move(response);
      co_return Obstacle(answers::problem_of(*response, desk.server()).message);
    }
    co_await desk.clients.timer.sleep(asked_to_wait(*response));
  }
}

net::Request request_to(std::string method, std::string target, base::Blob body) {
  return {.method = std::move(method),
          .target = std::move(target),
          .headers = {{.name = "Content-Type", .value = "application/x-protobuf"}},
          .body = std::move(body)};
}

asio::awaitable<std::optional<Obstacle>> enrol_one(Desk& desk, Account& account, std::string invite) {
  net::Request begin = request_to("POST", "/v1/register/begin", answers::serialize(frames::RegisterBegin()));
  const auto welcome = co_await ask(desk, std::move(begin));
  if (!welcome) co_return welcome.error();
  frames::RegisterBegun begun;
  const bool is_read = answers::parse(begun, welcome->body);
  const auto mailbox = wire::MailboxId::from(base::view(begun.mailbox_id()));
  const auto challenge = base::fixed<32>(base::view(begun.challenge()));
  if (!is_read || !mailbox || !challenge) co_return Obstacle(desk.server() + ": not a Sotto server");
  const Welcome told{.server = desk.server(), .mailbox = *mailbox, .challenge = *challenge};
  net::Request registration = request_to("POST", "/v1/register", account.registration(told));
  if (!invite.empty()) registration.headers.push_back({.name = "Sotto-Invite", .value = std::move(invite)});
  const auto registered = co_await ask(desk, std::move(registration));
  if (!registered) co_return registered.error();
  net::Request permits = request_to("PUT", "/v1/permits", account.permit_change());
  permits.headers.push_back({.name = "Authorization", .value = account.resident().bearer()});
  const auto put = co_await ask(desk, std::move(permits));
  if (!put) co_return put.error();
  co_return std::optional<Obstacle>();
}

asio::awaitable<std::optional<Obstacle>> meet_one(Desk& desk, const Town& town, Speech& speech, std::size_t lane) {
  if (!speech.wants_bundle(lane)) co_return std::optional<Obstacle>();
  net::Request request = request_to("POST", "/v1/bundles", base::Blob());
  const Resident& of = town.accounts[town.lanes[lane].to]->resident();
  request.headers.push_back({.name = "Sotto-Permit", .value = of.permit_header()});
  const auto response = co_await ask(desk, std::move(request));
  if (!response) co_return response.error();
  const auto bundles = answers::bundles(*response, desk.server());
  if (!bundles) co_return Obstacle(bundles.error().message);
  if (bundles->size() != 1) co_return Obstacle(desk.server() + ": a device has no prekeys");
  co_return speech.take_bundle(lane, bundles->front());
}

asio::awaitable<std::optional<Obstacle>> dismiss_one(Desk& desk, const Account& account) {
  frames::ActBegin wish;
  wish.set_account_id(base::text(account.resident().account.view()));
  net::Request begin = request_to("POST", "/v1/acts/begin", answers::serialize(wish));
  const auto begun = co_await ask(desk, std::move(begin));
  if (!begun) co_return begun.error();
  frames::ActBegun told;
  const bool is_read = answers::parse(told, begun->body);
  const auto challenge = base::fixed<32>(base::view(told.challenge()));
  if (!is_read || !challenge) co_return Obstacle(desk.server() + ": not a Sotto server");
  net::Request act = request_to("POST", "/v1/account/deletion", account.deletion(desk.server(), *challenge));
  const auto taken = co_await ask(desk, std::move(act));
  if (!taken) co_return taken.error();
  co_return std::optional<Obstacle>();
}

using Step = std::function<asio::awaitable<std::optional<Obstacle>>(Desk&, std::size_t)>;

asio::awaitable<void> work(Queue& queue, const Step& step) {
  Desk desk(queue.clients);
  while (queue.next < queue.count && !queue.obstacle) {
    const std::size_t number = queue.next++;
    report_progress(queue);
    auto obstacle = co_await step(desk, number);
    if (obstacle) queue.obstacle = std::move(obstacle);
  }
}

void run(Queue& queue, const Step& step) {
  std::size_t working = at_once;
  for (std::size_t i = 0; i < at_once; ++i)
    net::spawn(queue.clients.executor(), work(queue, step), [&working] { --working; });
  queue.clients.run_until([&working] { return working == 0; });
}

}  // namespace

base::Result<Accounts, Obstacle> enrol(Clients& clients, const LoadOptions& options, std::size_t one_time_prekeys) {
  Accounts made;
  made.resize(options.accounts);
  Queue queue{.clients = clients, .count = options.accounts, .words = "registering account"};
  run(queue, [&](Desk& desk, std::size_t number) {
    made[number] = std::make_unique<Account>(one_time_prekeys, clients.clock.now(), clients.random);
    return enrol_one(desk, *made[number], options.invite);
  });
  if (queue.obstacle) return *std::move(queue.obstacle);
  return made;
}

std::optional<Obstacle> meet(Clients& clients, const Town& town, Speech& speech) {
  Queue queue{.clients = clients, .count = town.lanes.size(), .words = "beginning session"};
  run(queue, [&](Desk& desk, std::size_t lane) { return meet_one(desk, town, speech, lane); });
  return std::move(queue.obstacle);
}

std::optional<Obstacle> dismiss(Clients& clients, const Accounts& accounts) {
  Queue queue{.clients = clients, .count = accounts.size(), .words = "asking for deletion of account"};
  run(queue, [&](Desk& desk, std::size_t number) { return dismiss_one(desk, *accounts[number]); });
  return std::move(queue.obstacle);
}

}  // namespace sotto::bench

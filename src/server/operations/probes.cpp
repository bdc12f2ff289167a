#include "server/operations/probes.hpp"

#include "net/event.hpp"

namespace sotto::server {
namespace {

constexpr net::Duration storage_within = std::chrono::seconds(2);

constexpr net::HttpLimits probe_limits{.header = 4u << 10,
                                       .header_within = std::chrono::seconds(5),
                                       .body_within = std::chrono::seconds(5),
                                       .write_within = std::chrono::seconds(5),
                                       .idle = std::chrono::seconds(60),
                                       .connections = 16,
                                       .bodies = 4u << 10,
                                       .strangers_bodies = 4u << 10};

net::Response text(unsigned status, const std::string& words) {
  net::Response response{.status = status};
  response.headers.push_back({.name = "Content-Type", .value = "text/plain; version=0.0.4; charset=utf-8"});
  const base::View bytes = base::view(words);
  response.body.assign(bytes.begin(), bytes.end());
  return response;
}

/// What a slow answer of the storage leaves behind for whoever asked.
struct Verdict {
  explicit Verdict(asio::any_io_executor executor) : came(std::move(executor)) {}
  net::Event came;
  bool is_good = false;
};

asio::awaitable<void> ask(Storage& storage, std::shared_ptr<Verdict> verdict) {
  const auto answer = co_await storage.accounts().is_registered_by({});
  verdict->is_good = answer.has_value();
  verdict->came.ring();
}

}  // namespace

Probes::Probes(Storage& storage, const Metrics& metrics, net::Timer& timer)
    : storage_(storage), metrics_(metrics), timer_(timer), http_(timer, *this, probe_limits) {}

asio::awaitable<bool> Probes::is_ready() {
  if (is_leaving_) co_return false;
  const auto verdict = std::make_shared<Verdict>(timer_.executor());  // shared with the question, which may end later
  net::spawn(timer_.executor(), ask(storage_, verdict));
  const bool has_come = co_await verdict->came.wait_for(timer_, storage_within);
  co_return has_come && verdict->is_good && !is_leaving_;
}

/// One that may be answered. Nobody sends a body with it.
class Probes::Question final : public net::HttpExchange {
 public:
  Question(Probes& probes, std::string target)
      : HttpExchange(0, net::BodyShare::strangers), probes_(probes), target_(std::move(target)) {}
  asio::awaitable<net::Response> answer(base::Blob) override { return probes_.answer(target_); }

 private:
  Probes& probes_;
  std::string target_;
};

asio::awaitable<std::variant<net::Response, std::unique_ptr<net::HttpExchange>>> Probes::admit(net::Request head,
                                                                                               const net::Caller&) {
  if (head.method != "GET") co_return text(405, "only GET\n");
  std::unique_ptr<net::HttpExchange> question = std::make_unique<Question>(*this, std::move(head.target));
  co_return question;
}

asio::awaitable<net::Response> Probes::answer(std::string target) {
  if (target == "/metrics") co_return text(200, metrics_.text());
  if (target == "/health") co_return text(200, "up\n");
  if (target != "/ready") co_return text(404, "there are /metrics, /health and /ready\n");
  const bool is_good = co_await is_ready();
  if (is_good) co_return text(200, "ready\n");
  co_return text(503, "not ready\n");
}

asio::awaitable<std::variant<net::Response, net::WebSocketSession>> Probes::upgrade(net::Request) {
  co_return text(404, "no WebSocket here\n");
}

net::Response Probes::refusal(unsigned status) const { return text(status, "refused\n"); }

}  // namespace sotto::server

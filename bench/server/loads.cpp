#include "bench/server/loads.hpp"

#include <chrono>

#include "crypto/system_random.hpp"

namespace sotto::bench {
namespace {

using Moment = std::chrono::steady_clock::time_point;

Moment now() { return std::chrono::steady_clock::now(); }
double us_between(Moment begun, Moment ended) {
  return std::chrono::duration<double, std::micro>(ended - begun).count();
}

/// Lines are opened a few at a time, as a flood of handshakes is not what is measured.
asio::awaitable<void> open_lines(Clients& clients, std::size_t count, std::vector<std::unique_ptr<HttpLine>>& lines) {
  while (lines.size() < count) {
    auto line = co_await HttpLine::open(clients);
    CHECK(line);
    lines.push_back(std::move(line));
  }
}

std::vector<std::unique_ptr<HttpLine>> opened(Clients& clients, std::size_t count) {
  std::vector<std::unique_ptr<HttpLine>> lines;
  bool is_done = false;
  net::spawn(clients.executor(), open_lines(clients, count, lines), [&] { is_done = true; });
  clients.run_until([&] { return is_done; });
  return lines;
}

struct Loop {
  Moment end;
  std::function<base::Blob(std::size_t)> request;
  Outcome outcome;
  std::size_t next = 0;
  std::size_t running = 0;
};

asio::awaitable<void> ask_until_the_end(Loop& loop, HttpLine& line) {
  while (now() < loop.end) {
    const base::Blob request = loop.request(loop.next++);
    const Moment begun = now();
    const unsigned status = co_await line.ask(request);
    CHECK(status == 200);
    loop.outcome.latencies_us.push_back(us_between(begun, now()));
    loop.outcome.messages += 1;
  }
}

}  // namespace

Outcome ask_in_a_loop(Clients& clients, const std::function<base::Blob(std::size_t)>& request, std::size_t lines,
                      double seconds) {
  auto open = opened(clients, lines);
  const Moment begun = now();
  Loop loop{.end = begun + std::chrono::microseconds(static_cast<std::int64_t>(seconds * 1e6)),
            .request = request,
            .outcome = {},
            .running = open.size()};
  for (const auto& line : open)
    net::spawn(clients.executor(), ask_until_the_end(loop, *line), [&loop] { --loop.running; });
  clients.run_until([&loop] { return loop.running == 0; });
  loop.outcome.seconds = us_between(begun, now()) / 1e6;
  return std::move(loop.outcome);
}

Outcome send_in_a_loop(Clients& clients, const std::vector<Resident>& to, const ClosedLoop& how) {
  return ask_in_a_loop(
      clients, [&](std::size_t i) { return letter(to[i % to.size()], how.size, clients.random); }, how.senders,
      how.seconds);
}

namespace {

struct Rate {
  std::vector<std::unique_ptr<HttpLine>> idle;
  Outcome outcome;
  std::size_t under_way = 0;
};

asio::awaitable<void> send_one(Rate& rate, base::Blob request, Moment planned) {
  CHECK(!rate.idle.empty());  // more are under way than there are lines: open more
  std::unique_ptr<HttpLine> line = std::move(rate.idle.back());
  rate.idle.pop_back();
  const unsigned status = co_await line->ask(request);
  CHECK(status == 200);
  rate.outcome.latencies_us.push_back(us_between(planned, now()));
  rate.outcome.messages += 1;
  rate.idle.push_back(std::move(line));
}

}  // namespace

Outcome send_at_a_rate(Clients& clients, const std::vector<Resident>& to, const OpenLoop& how) {
  Rate rate{.idle = opened(clients, how.senders), .outcome = {}};
  const Moment begun = now();
  const auto count = static_cast<std::size_t>(how.a_second * how.seconds);
  for (std::size_t i = 0; i < count; ++i) {
    const Moment planned =
        begun + std::chrono::nanoseconds(static_cast<std::int64_t>(1e9 * static_cast<double>(i) / how.a_second));
    clients.run_until([planned] { return now() >= planned; }, std::chrono::microseconds(100));
    ++rate.under_way;
    net::spawn(clients.executor(), send_one(rate, letter(to[i % to.size()], how.size, clients.random), planned),
               [&rate] { --rate.under_way; });
  }
  clients.run_until([&rate] { return rate.under_way == 0; });
  rate.outcome.seconds = us_between(begun, now()) / 1e6;
  return std::move(rate.outcome);
}

Listeners::Listeners(Clients& clients, const std::vector<Resident>& who) : clients_(clients) {
  const auto open_all = [](Listeners& self, const std::vector<Resident>& all) -> asio::awaitable<void> {
    for (const Resident& resident : all) {
      auto line = co_await MailboxLine::open(self.clients_, resident);
      CHECK(line);
      self.lines_.push_back(std::move(line));
      net::spawn(self.clients_.executor(), self.listen(resident));
    }
  };
  net::spawn(clients.executor(), open_all(*this, who));
  clients.run_until([&] { return drained_ >= who.size(); });
}

Listeners::~Listeners() {
  for (const auto& line : lines_) line->cut();
  clients_.run_until([] { return true; });
}

asio::awaitable<void> Listeners::listen(const Resident&) {
  MailboxLine& line = *lines_.back();
  bool is_drained = false;
  for (;;) {
    const auto frame = co_await line.next();
    if (!frame) co_return;
    if (frame->has_drained() && !is_drained) {
      is_drained = true;
      ++drained_;
    }
    if (!frame->has_deliver()) continue;
    received_ += 1;
    std::vector<std::uint64_t> positions{frame->deliver().position()};
    co_await line.acknowledge(std::move(positions));
  }
}

}  // namespace sotto::bench

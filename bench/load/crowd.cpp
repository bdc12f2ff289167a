#include "bench/load/crowd.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace sotto::bench {
namespace {

using std::chrono::steady_clock;
constexpr auto patience = std::chrono::seconds(60);        // with a server that is away
constexpr auto straggling = std::chrono::seconds(10);      // without any arrival
constexpr auto pause = std::chrono::milliseconds(100);     // before a connection is tried again
constexpr auto respite = std::chrono::milliseconds(1000);  // when the server says that it is too much
constexpr auto glance = std::chrono::milliseconds(5);

double us_since(steady_clock::time_point begun) {
  return std::chrono::duration<double, std::micro>(steady_clock::now() - begun).count();
}

}  // namespace

struct Crowd::Round {
  Moment begun = steady_clock::now();
  Moment end;
  double a_second = 0;
  Measured measured = {};
  std::size_t running = 0;  // lanes
  bool is_given_up = false;
};

Crowd::Crowd(Scene scene) : scene_(scene), senders_(scene.town.lanes.size()), mailboxes_(scene.town.accounts.size()) {
  for (std::size_t account = 0; account < mailboxes_.size(); ++account) {
    ++running_;
    net::spawn(scene_.clients.executor(), read(account), [this] { --running_; });
  }
  const Moment deadline = steady_clock::now() + patience;
  scene_.clients.run_until([&] { return open_ == mailboxes_.size() || steady_clock::now() > deadline; }, glance);
}

Crowd::~Crowd() {
  is_over_ = true;
  for (const auto& mailbox : mailboxes_) {
    if (mailbox) mailbox->cut();
  }
  scene_.clients.run_until([this] { return running_ == 0; }, glance);
}

// Reading

asio::awaitable<void> Crowd::read(std::size_t account) {
  while (!is_over_) {
    auto line = co_await MailboxLine::open(scene_.clients, scene_.town.accounts[account]->resident());
    if (!line) {
      scene_.tally.note_error("mailbox: not opened");
      co_await scene_.clients.timer.sleep(pause);
      continue;
    }
    mailboxes_[account] = std::move(line);
    ++open_;
    if (!is_over_) co_await read_all(account, *mailboxes_[account]);
    --open_;
    mailboxes_[account].reset();
    if (is_over_) co_return;
    scene_.tally.note_break();
    scene_.tally.note_error("mailbox: connection lost");
  }
}

asio::awaitable<void> Crowd::read_all(std::size_t account, MailboxLine& line) {
  for (;;) {
    const auto frame = co_await line.next();
    if (!frame || is_over_) co_return;
    if (!frame->has_deliver()) continue;
    note(account, base::view(frame->deliver().envelope()));
    std::vector<std::uint64_t> positions{frame->deliver().position()};
    co_await line.acknowledge(std::move(positions));
  }
}

void Crowd::note(std::size_t account, base::View envelope) {
  if (scene_.tally.note_envelope(envelope) == Tally::Envelope::is_known) return;
  const auto heard = scene_.speech.hear(account, envelope);
  if (heard) {
    scene_.tally.note_arrival(heard->lane, heard->number);
  } else {
    scene_.tally.note_damage("envelope: " + heard.error());
  }
}

// Sending

asio::awaitable<unsigned> Crowd::ask(Sender& sender, const base::Blob& request) {
  if (!sender.line) {
    auto line = co_await HttpLine::open(scene_.clients);
    sender.line = std::move(line);
  }
  if (!sender.line) {
    scene_.tally.note_error("send: not connected");
    co_return 0;
  }
  const unsigned status = co_await sender.line->ask(request);
  if (status == 0) {
    sender.line.reset();
    scene_.tally.note_break();
    scene_.tally.note_error("send: connection lost");
  }
  co_return status;
}

asio::awaitable<void> Crowd::send_one(std::size_t lane, Moment planned, Round& round) {
  Sender& sender = senders_[lane];
  const base::Blob envelope = scene_.speech.say(lane, ++sender.last);
  const Resident& to = scene_.town.accounts[scene_.town.lanes[lane].to]->resident();
  const base::Blob request = sealed_letter(to, envelope, scene_.clients.random, net::to_text(scene_.clients.endpoint));
  for (;;) {
    const unsigned status = co_await ask(sender, request);
    if (status == 200) break;
    const bool is_for_later = status == 0 || status == 429 || status >= 500;
    if (status != 0) scene_.tally.note_error("send: status " + std::to_string(status));
    sender.is_refused = !is_for_later || round.is_given_up;
    if (sender.is_refused) co_return;
    co_await scene_.clients.timer.sleep(status == 0 ? pause : respite);
  }
  scene_.tally.note_promise(lane);
  ++round.measured.messages;
  round.measured.latencies_us.push_back(us_since(planned));
}

asio::awaitable<void> Crowd::loop_in(std::size_t lane, Round& round) {
  do {
    co_await send_one(lane, steady_clock::now(), round);
  } while (steady_clock::now() < round.end && !senders_[lane].is_refused);
}

asio::awaitable<void> Crowd::keep_rate_in(std::size_t lane, Round& round) {
  for (std::size_t number = lane;; number += senders_.size()) {
    const auto after = std::chrono::duration<double>(static_cast<double>(number) / round.a_second);
    const Moment planned = round.begun + std::chrono::duration_cast<steady_clock::duration>(after);
    if (planned >= round.end || senders_[lane].is_refused) co_return;
    asio::steady_timer timer(scene_.clients.executor(), planned);
    if (planned > steady_clock::now()) co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    co_await send_one(lane, planned, round);
  }
}

Measured Crowd::finish(Round& round) {
  const auto is_done = [&round] { return round.running == 0; };
  scene_.clients.run_until([&] { return is_done() || steady_clock::now() > round.end + patience; }, glance);
  round.is_given_up = true;
  for (const Sender& sender : senders_) {
    if (!is_done() && sender.line) sender.line->cut();
  }
  scene_.clients.run_until(is_done, glance);
  round.measured.seconds = us_since(round.begun) / 1e6;
  return std::move(round.measured);
}

bool Crowd::exchange(std::size_t first_lane, std::size_t step) {
  Round round{.end = steady_clock::now()};
  for (std::size_t lane = first_lane; lane < senders_.size(); lane += step) {
    ++round.running;
    net::spawn(scene_.clients.executor(), loop_in(lane, round), [&round] { --round.running; });
  }
  finish(round);
  wait_for_stragglers();
  return scene_.tally.lost() == 0 && scene_.tally.arrived() > 0;
}

Measured Crowd::loop(std::chrono::duration<double> length) {
  Round round{.end = steady_clock::now() + std::chrono::duration_cast<steady_clock::duration>(length)};
  for (std::size_t lane = 0; lane < senders_.size(); ++lane) {
    ++round.running;
    net::spawn(scene_.clients.executor(), loop_in(lane, round), [&round] { --round.running; });
  }
  return finish(round);
}

Measured Crowd::keep_rate(double a_second, std::chrono::duration<double> length) {
  Round round{.end = steady_clock::now() + std::chrono::duration_cast<steady_clock::duration>(length),
              .a_second = a_second};
  for (std::size_t lane = 0; lane < senders_.size(); ++lane) {
    ++round.running;
    net::spawn(scene_.clients.executor(), keep_rate_in(lane, round), [&round] { --round.running; });
  }
  return finish(round);
}

void Crowd::wait_for_stragglers() {
  std::uint64_t arrived = scene_.tally.arrived();
  Moment last = steady_clock::now();
  scene_.clients.run_until(
      [&] {
        if (scene_.tally.arrived() != arrived) last = steady_clock::now();
        arrived = scene_.tally.arrived();
        return scene_.tally.lost() == 0 || steady_clock::now() > last + straggling;
      },
      glance);
}

}  // namespace sotto::bench

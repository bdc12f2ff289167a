#include "bench/server/ejabberd/xmpp.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/encoding.hpp"

namespace sotto::bench::xmpp {
namespace {

using std::chrono::steady_clock;

constexpr std::string_view stream_header =
    "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='localhost' "
    "version='1.0'>";

/// What an account says of itself: SASL's PLAIN, in the base64 with padding that XMPP wants.
std::string proof_of(const std::string& name) {
  const std::string words = std::string(1, '\0') + name + std::string(1, '\0') + "password";
  std::string text = base::to_base64url(base::view(words));
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  return text + std::string((4 - text.size() % 4) % 4, '=');
}

std::string name_of(std::size_t account) { return "u" + std::to_string(account); }

double us_since(steady_clock::time_point begun) {
  return std::chrono::duration<double, std::micro>(steady_clock::now() - begun).count();
}

}  // namespace

asio::awaitable<std::unique_ptr<Line>> Line::open(Clients& clients, std::size_t account) {
  auto stream = co_await clients.connect();
  if (!stream) co_return nullptr;
  auto made = std::make_unique<Line>(std::move(stream));
  const bool is_in = co_await made->log_in(account);
  if (!is_in) co_return nullptr;
  co_return made;
}

asio::awaitable<bool> Line::log_in(std::size_t account) {
  const std::pair<std::string, std::string_view> steps[] = {
      {std::string(stream_header), "</stream:features>"},
      {"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>" + proof_of(name_of(account)) + "</auth>",
       "<success"},
      {std::string(stream_header), "</stream:features>"},
      {"<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>r</resource></bind></iq>",
       "</iq>"},
      {"<enable xmlns='urn:xmpp:sm:3'/>", "<enabled"}};
  for (const auto& [text, answer] : steps) {
    const bool is_written = co_await write(text);
    if (!is_written) co_return false;
    const bool is_answered = co_await read_past(answer);
    if (!is_answered) co_return false;
  }
  co_return true;
}

asio::awaitable<bool> Line::say_that_i_am_here() {
  const bool is_written = co_await write("<presence/>");
  if (!is_written) co_return false;
  const bool is_seen = co_await read_past("<presence");  // it comes back to every resource, also to this one
  ++received_;
  co_return is_seen;
}

asio::awaitable<bool> Line::send(std::size_t to, const std::string& body) {
  const std::string number = std::to_string(++sent_);
  const bool is_written = co_await write("<message to='" + name_of(to) + "@localhost' type='chat' id='" + number +
                                         "'><body>" + body + "</body></message><r xmlns='urn:xmpp:sm:3'/>");
  if (!is_written) co_return false;
  co_return co_await read_past("h='" + number + "'");
}

asio::awaitable<void> Line::listen(double& received) {
  constexpr std::string_view message_ends = "</message>", asks = "<r xmlns=";
  for (;;) {
    std::size_t at = 0;
    bool is_asked = false;
    for (std::size_t found; (found = buffer_.find('<', at)) != std::string::npos;) {
      const std::string_view rest = std::string_view(buffer_).substr(found);
      if (rest.size() < message_ends.size()) break;  // the rest of it is still to come
      at = found + 1;
      if (rest.starts_with(message_ends)) ++received_, received += 1;
      if (rest.starts_with(asks)) is_asked = true;
    }
    buffer_.erase(0, at);
    if (is_asked) {
      const bool is_written = co_await write("<a xmlns='urn:xmpp:sm:3' h='" + std::to_string(received_) + "'/>");
      if (!is_written) co_return;
    }
    const bool has_more = co_await more();
    if (!has_more) co_return;
  }
}

asio::awaitable<bool> Line::write(std::string text) {
  const auto written = co_await net::write_all(*stream_, base::view(text));
  co_return static_cast<bool>(written);
}

asio::awaitable<bool> Line::more() {
  const auto size = co_await net::read_some(*stream_, piece_);
  if (!size || *size == 0) co_return false;
  buffer_.append(reinterpret_cast<const char*>(piece_.data()), *size);
  co_return true;
}

asio::awaitable<bool> Line::read_past(std::string_view words) {
  for (;;) {
    const std::size_t found = buffer_.find(words);
    if (found != std::string::npos) {
      buffer_.erase(0, found + words.size());
      co_return true;
    }
    const bool has_more = co_await more();
    if (!has_more) co_return false;
  }
}

Load::Load(Clients& clients, std::size_t count) : clients_(clients) {
  const auto open_all = [](Load& self, std::size_t of_each) -> asio::awaitable<void> {
    for (std::size_t account = 0; account < 2 * of_each; ++account) {
      auto line = co_await Line::open(self.clients_, account);
      CHECK(line);
      if (account < of_each) {
        self.senders_.push_back(std::move(line));
        continue;
      }
      const bool is_here = co_await line->say_that_i_am_here();
      CHECK(is_here);
      ++self.listening_;
      net::spawn(self.clients_.executor(), line->listen(self.received_), [&self] { --self.listening_; });
      self.listeners_.push_back(std::move(line));
    }
  };
  bool is_open = false;
  net::spawn(clients.executor(), open_all(*this, count), [&is_open] { is_open = true; });
  clients.run_until([&is_open] { return is_open; });
}

Load::~Load() {
  for (const auto& line : listeners_) line->cut();
  clients_.run_until([this] { return listening_ == 0; }, std::chrono::milliseconds(5));
}

namespace {

struct Loop {
  net::SystemTimer& timer;
  std::chrono::microseconds interval;
  steady_clock::time_point end;
  std::string body;
  Outcome outcome = {};
  std::size_t running = 0;
};

asio::awaitable<void> send_until_the_end(Loop& loop, Line& line, std::size_t to) {
  asio::steady_timer pause(loop.timer.executor());
  while (steady_clock::now() < loop.end) {
    const auto begun = steady_clock::now();
    const bool is_acknowledged = co_await line.send(to, loop.body);
    CHECK(is_acknowledged);
    loop.outcome.latencies_us.push_back(us_since(begun));
    loop.outcome.messages += 1;
    pause.expires_at(begun + loop.interval);
    if (loop.interval.count() > 0) co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

}  // namespace

Outcome Load::send_in_a_loop(Pace pace, std::size_t size) {
  const auto begun = steady_clock::now();
  Loop loop{.timer = clients_.timer,
            .interval = pace.interval,
            .end = begun + std::chrono::microseconds(static_cast<std::int64_t>(pace.seconds * 1e6)),
            .body = std::string(size, 'x')};
  for (std::size_t i = 0; i < senders_.size(); ++i) {
    ++loop.running;
    net::spawn(clients_.executor(), send_until_the_end(loop, *senders_[i], senders_.size() + i),
               [&loop] { --loop.running; });
  }
  clients_.run_until([&loop] { return loop.running == 0; });
  loop.outcome.seconds = us_since(begun) / 1e6;
  sent_ += loop.outcome.messages;
  const auto patience = steady_clock::now() + std::chrono::seconds(20);
  clients_.run_until([&] { return received_ >= sent_ || steady_clock::now() > patience; },
                     std::chrono::milliseconds(5));
  CHECK(received_ >= sent_);
  return std::move(loop.outcome);
}

}  // namespace sotto::bench::xmpp

#include "rpc/daemon.hpp"

#include <boost/json/value.hpp>

#include "rpc/methods.hpp"
#include "rpc/values.hpp"
#include "store/key_slot.hpp"

namespace sotto::rpc {
namespace {

constexpr std::size_t most_callers = 64;
constexpr int told_at_once = 64;
constexpr std::size_t most_overheard = 64;

/// A caller at the other end of the folder's socket.
class RemoteCaller final : public Caller {
 public:
  explicit RemoteCaller(std::shared_ptr<Peer> peer) : peer_(std::move(peer)) {}

  asio::awaitable<Result<void>> tell(json::object event) override {
    CO_TRY_VOID(co_await peer_->call("event", std::move(event)));
    co_return Result<void>();
  }
  asio::awaitable<Result<std::string>> ask(json::object question) override {
    CO_TRY(const json::value typed, co_await peer_->call("ask", std::move(question)));
    if (!typed.is_string()) co_return Failure(Code::invalid_params, "the answer to a question is a text");
    co_return std::string(typed.as_string());
  }
  bool is_there() const override { return peer_->is_there(); }

 private:
  std::shared_ptr<Peer> peer_;
};

asio::awaitable<Result<json::value>> serve_one(Host& host, std::shared_ptr<Peer> peer, Request request) {
  RemoteCaller caller(std::move(peer));
  co_return co_await run(host, caller, std::move(request));
}

}  // namespace

/// Rung for as long as somebody listens.
class Daemon::Listener {
 public:
  explicit Listener(Daemon& daemon) : bell(daemon.engine_.parts().timer.executor()), daemon_(daemon) {
    daemon_.bells_.insert(&bell);
  }
  ~Listener() { daemon_.bells_.erase(&bell); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  net::Event bell;

 private:
  Daemon& daemon_;
};

Daemon::Daemon(client::Engine& engine, std::filesystem::path key_slot)
    : engine_(engine), key_slot_(std::move(key_slot)), telling_(engine.parts().timer.executor()) {}

Daemon::~Daemon() {
  for (const auto& peer : peers_) peer->cut();
}

asio::awaitable<Result<void>> Daemon::stay_connected() {
  std::function<void(const client::Event&)> nobody_yet;
  co_return from(co_await engine_.receive(std::nullopt, std::move(nobody_yet)));
}

void Daemon::ring() {
  for (net::Event* const bell : bells_) bell->ring();
}

void Daemon::reached(client::Step step) {
  if (step == client::Step::drained) line_ = Line::drained;
  if (step == client::Step::mailbox_lost) line_ = Line::lost;
  ring();
}

void Daemon::overheard(const client::admission::Overheard& said) {
  if (bells_.empty()) return overheard_.clear();
  if (overheard_.size() == most_overheard) overheard_.pop_front();
  overheard_.push_back(passing_event(said));
  ring();
}

asio::awaitable<void> Daemon::serve(net::Acceptor& acceptor) {
  const Peer::Serve answer = [this](std::shared_ptr<Peer> peer, Request request) {
    return serve_one(*this, std::move(peer), std::move(request));
  };
  while (true) {
    auto accepted = co_await acceptor.accept();
    if (!accepted) co_return;
    if (peers_.size() >= most_callers) continue;  // cut, unread
    const auto peer = std::make_shared<Peer>(std::shared_ptr<net::Stream>(*std::move(accepted)), answer);
    peers_.insert(peer);
    std::function<void()> ended = [this, peer] {
      peers_.erase(peer);
      ring();  // who listened for it looks up
    };
    net::spawn(engine_.parts().timer.executor(), peer->run(), std::move(ended));
  }
}

/// returns  whether there was anything
asio::awaitable<Result<bool>> Daemon::tell_news(Caller& caller) {
  const auto turn = co_await telling_.take();
  CO_TRY(const client::News news, from(engine_.news(told_at_once)));
  for (const client::Event& event : news.events) CO_TRY_VOID(co_await caller.tell(message_event(event)));
  for (const store::Notice& notice : news.notices) CO_TRY_VOID(co_await caller.tell(notice_event(notice)));
  CO_TRY_VOID(from(engine_.set_told(news)));
  while (!overheard_.empty()) {  // no news that would restart anybody's patience
    json::object said = std::move(overheard_.front());
    overheard_.pop_front();
    CO_TRY_VOID(co_await caller.tell(std::move(said)));
  }
  co_return !news.events.empty() || !news.notices.empty();
}

asio::awaitable<Result<void>> Daemon::receive(std::optional<net::Duration> patience, Caller& caller) {
  net::Timer& timer = engine_.parts().timer;
  Listener listener(*this);
  net::Duration since = timer.elapsed();
  while (caller.is_there()) {
    CO_TRY(const bool was_something, co_await tell_news(caller));
    if (was_something) {
      since = timer.elapsed();
      continue;
    }
    const bool is_first_try = line_ == Line::connecting;
    if (!patience || is_first_try) {
      co_await listener.bell.wait();
      continue;
    }
    if (line_ == Line::lost) {
      co_return Failure(Code::unreachable, "the server can't be reached now; the daemon goes on trying");
    }
    const net::Duration left = *patience - (timer.elapsed() - since);
    if (left.count() <= 0) break;
    co_await listener.bell.wait_for(timer, left);
  }
  co_return Result<void>();
}

asio::awaitable<Result<void>> Daemon::attend(net::Duration quiet) {
  co_await engine_.parts().timer.sleep(quiet);
  co_return Result<void>();
}

Result<void> Daemon::check_passphrase(base::View passphrase) {
  const auto key = store::key_slot::open(key_slot_, passphrase);
  if (!key) return Failure(client::Problem(key.error()));
  return {};
}

}  // namespace sotto::rpc

#pragma once
#include <deque>

#include "client/engine.hpp"
#include "server/server_world.hpp"
#include "support/temporary_store.hpp"

namespace sotto::test {

/// The town's time, by a clock of one's own that may be wrong.
class OwnClock final : public net::Clock {
 public:
  explicit OwnClock(net::VirtualTime& time) : time_(time) {}
  base::Timestamp now() override { return {time_.now().ms + ahead_ms}; }
  net::Duration monotonic() override { return time_.monotonic(); }
  std::int64_t ahead_ms = 0;

 private:
  net::VirtualTime& time_;
};

/// Thrown by a resident's `watch`: the program ends here.
struct Crash {};

/// Somebody who lives in the town: a store, and an engine that can be started again on it.
class Resident {
 public:
  Resident(ServerWorld& town, std::string called, std::uint64_t seed)
      : name(std::move(called)), clock(town.time), random(seed), town_(town) {
    restart();
  }
  Resident(const Resident&) = delete;
  Resident& operator=(const Resident&) = delete;

  void restart() {
    engine.reset();
    home.reopen();
    engine.emplace(client::Parts{.store = *home,
                                 .transport = town_.network,
                                 .timer = town_.time,
                                 .clock = clock,
                                 .random = random,
                                 .watch = [this](client::Step step) {
                                   if (watch) watch(step);
                                 }});
  }

  template <class T>
  T run(net::asio::awaitable<T> work) {
    return net::run(town_.time, std::move(work));
  }

  client::RegistrationWish wish() const {
    return {.server = *wire::Authority::parse("here:443"), .server_ca = "", .user_name = name};
  }
  client::Result<void> enrol() {
    const auto invitation = run(engine->prepare_registration(wish()));
    if (!invitation) return invitation.error();
    const wire::RecoveryKey key = wire::make_recovery_key(random);
    return run(engine->register_account(wish(), *invitation, key));
  }
  client::Result<client::AddedContact> add(Resident& whom) {
    return run(engine->add_contact(whom.engine->address()->text(), whom.name));
  }
  client::Result<store::Message> write(const Resident& to, std::string text) {
    auto kept = engine->enqueue(to.name, std::move(text));
    if (!kept) return kept.error();
    const auto sent = run(engine->drain_outbox());
    if (!sent) return sent.error();
    return engine->message(kept->id);
  }
  /// Drains the mailbox; what came is in `heard`.
  client::Result<void> listen(net::Duration patience = net::Duration(0)) {
    return run(engine->receive(patience, [this](const client::Event& event) { heard.push_back(event); }));
  }
  /// Listens for ever, beside everything else, until the town is gone.
  void keep_listening() {
    net::spawn(town_.io.get_executor(),
               listen_on(*engine, [this](const client::Event& event) { heard.push_back(event); }));
  }
  std::vector<std::string> texts() const {
    std::vector<std::string> made;
    for (const auto& event : heard) made.push_back(event.message.body);
    return made;
  }
  client::ServerStatus status() {
    town_.time.settle();  // acknowledgements under way arrive first
    return *run(engine->status())->server;
  }
  store::OwnAccount own() {
    return *home->transact([](store::Transaction& in) -> base::Result<store::OwnAccount, store::Problem> {
      return *store::own_account::load(in);
    });
  }

  std::string name;
  OwnClock clock;
  SeededRandom random;
  TemporaryStore home;
  std::optional<client::Engine> engine;
  std::vector<client::Event> heard;
  std::function<void(client::Step)> watch;

 private:
  static net::asio::awaitable<void> listen_on(client::Engine& engine, std::function<void(const client::Event&)> tell) {
    const auto ended = co_await engine.receive(std::nullopt, std::move(tell));
    CHECK(!ended);
  }

  ServerWorld& town_;
};

/// A server and the people who use it, in one process.
struct Town : ServerWorld {
  Town() : ServerWorld({.authority = "here:443"}) {}
  // Who still listens ends with the io_context, which dies after the residents: it must not look at them any more.
  ~Town() { kill(); }

  /// Somebody without an account.
  Resident& visitor(const std::string& name) { return residents.emplace_back(*this, name, residents.size() + 100); }
  Resident& resident(const std::string& name) {
    Resident& made = visitor(name);
    const auto done = made.enrol();
    CHECK(done);
    return made;
  }
  /// Who has added each other by link.
  static void introduce(Resident& one, Resident& another) {
    CHECK(one.add(another));
    CHECK(another.add(one));
  }
  void disconnect() {
    network.set_down(true);
    network.cut_all();
    time.settle();
  }

  std::deque<Resident> residents;
};

}  // namespace sotto::test

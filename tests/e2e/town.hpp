#pragma once
#include <cstdio>
#include <deque>

#include "base/encoding.hpp"
#include "client/engine.hpp"
#include "client/prekey_stock.hpp"
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
      : name(std::move(called)), clock(town.time), random(seed), way(&town.network), town_(town) {
    restart();
  }
  Resident(const Resident&) = delete;
  Resident& operator=(const Resident&) = delete;

  void restart() {
    engine.reset();
    home.reopen();
    use(*way);
  }
  /// A new engine, over another network.
  void use(net::Transport& network) {
    engine.reset();
    engine.emplace(
        client::Parts{.store = *home,
                      .transport = network,
                      .timer = town_.time,
                      .clock = clock,
                      .random = random,
                      .watch =
                          [this](client::Step step) {
                            if (watch) watch(step);
                          },
                      .notify = [this](const store::Notice& notice) { notices.push_back(notice); },
                      .overhear = [this](const client::admission::Overheard& said) { overheard.push_back(said); }});
  }

  template <class T>
  T run(net::asio::awaitable<T> work) {
    return net::run(town_.time, std::move(work));
  }

  client::RegistrationWish wish() const {
    return {.server = *wire::Authority::parse(lives_at), .server_ca = "", .user_name = name, .tls_pin = tls_pin};
  }
  client::Result<void> enrol() {
    const auto invitation = run(engine->prepare_registration(wish()));
    if (!invitation) return invitation.error();
    return run(engine->register_account(wish(), *invitation, recovery_key));
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
  std::string lives_at = "here:443";  // where an account is made
  std::optional<wire::Hash> tls_pin = {};
  OwnClock clock;
  SeededRandom random;
  wire::RecoveryKey recovery_key = wire::make_recovery_key(random);
  TemporaryStore home;
  net::Transport* way;  // to the server, from the next restart on
  std::optional<client::Engine> engine;
  /// Becomes another device of this account, as if it had been linked.
  client::Result<void> join(Resident& admin) {
    auto joined = prepare_to_join(admin);
    if (!joined) return joined.error();
    auto intent = client::own_list::Intent{.add = *joined, .name = name};
    const auto changed = admin.run(admin.engine->change_list(std::move(intent)));
    if (!changed) return changed;
    const wire::Introduction named = admin.own().introduction;
    return home->transact([&](store::Transaction& in) -> client::Result<void> {
      client::apply_own(in, *store::own_account::load(in), named, clock.now());
      return {};
    });
  }
  std::vector<client::own_list::OwnDevice> devices() { return *engine->devices(); }
  std::vector<std::string> told() const {
    std::vector<std::string> made;
    for (const auto& notice : notices) made.push_back(std::string(store::to_text(notice.kind)));
    return made;
  }
  /// What the store knows of lines, gaps and what is to leave, for who looks for a fault.
  std::string standing() {
    std::string made = "told:";
    for (const auto& one : told()) made += " " + one;
    const Dump all = home.dump();
    const auto orders = home->transact([&](store::Transaction& in) -> client::Result<void> {
      auto row = in.prepare("SELECT hex(account_id), epoch, version FROM peers");
      while (row.step())
        made += "\n    " + row.text(0).substr(0, 8) + " epoch " + row.text(1) + " version " + row.text(2);
      return {};
    });
    CHECK(orders);
    for (const char* table : {"sequences_in", "sequences_out", "gaps", "outgoing"}) {
      made += std::string("\n    ") + table;
      const auto& rows = all.at(table);
      for (const std::string& row : rows) {
        if (&row - rows.data() < 6) made += "\n      " + row.substr(0, 160);
      }
      if (rows.size() > 6) made += "\n      … " + std::to_string(rows.size());
    }
    return made;
  }
  std::string refusals() {
    std::string made;
    const auto done = home->transact([&](store::Transaction& in) -> client::Result<void> {
      auto row = in.prepare("SELECT reason FROM refusals ORDER BY at");
      while (row.step()) made += row.text(0) + "; ";
      return {};
    });
    CHECK(done);
    return made;
  }
  std::vector<std::string> history(const std::string& with) {
    std::vector<std::string> made;
    const auto events = engine->history(with, std::nullopt);
    CHECK(events);
    for (const auto& event : *events) made.push_back(event.message.body);
    return made;
  }

  std::vector<client::Event> heard;
  std::vector<store::Notice> notices;
  std::vector<client::admission::Overheard> overheard;
  std::function<void(client::Step)> watch;

 private:
  client::Server server_as(const store::OwnAccount& own) {
    return client::Server(town_.network, town_.time, {.authority = *wire::Authority::parse(own.server), .ca_pem = ""},
                          base::to_base64url(own.token.expose()));
  }
  client::Result<client::device_entry::Applicant> prepare_to_join(Resident& admin) {
    const store::OwnAccount account = admin.own();
    client::Server server = admin.server_as(account);
    const auto granted = run(server.grant());
    if (!granted) return granted.error();
    const auto number =
        *admin.home->transact([&](store::Transaction& in) { return client::own_list::free_number(in, account); });
    auto identity = crypto::KeyPair::generate(random);
    client::device_entry::Applicant applicant{.number = number,
                                              .identity_key = identity.public_key,
                                              .registration_id = client::device_entry::draw_registration_id(random),
                                              .mailbox_id = granted->mailbox_id};
    applicant.consent = client::device_entry::consent(account.account_id, applicant, identity.private_key, random);
    const auto token = random.bytes<32>();
    wire::frames::NewDevice request;
    const auto kept = home->transact([&](store::Transaction& in) -> client::Result<void> {
      const auto prekeys = client::prekey_stock::make(
          in, identity.private_key, {.medium_term = true, .one_time = 100, .one_time_kyber = 100}, clock.now(), random);
      request.set_prekeys(base::text(prekeys.serialize()));
      store::own_account::keep_linked(in, {.account_id = account.account_id,
                                           .user_name = account.user_name,
                                           .server = account.server,
                                           .server_ca = account.server_ca,
                                           .root_key = account.root_key,
                                           .account_key = std::nullopt,
                                           .device = applicant.number,
                                           .identity = identity.clone(),
                                           .registration_id = applicant.registration_id,
                                           .mailbox_id = applicant.mailbox_id,
                                           .token = store::DeviceToken(token),
                                           .introduction = account.introduction,
                                           .backup_statement = account.backup_statement,
                                           .account_secret = account.account_secret.clone(),
                                           .link_token = account.link_token});
      client::apply_introduction(in, account.introduction, clock.now());
      return {};
    });
    if (!kept) return kept.error();
    request.set_account_id(base::text(account.account_id.view()));
    request.set_grant(base::text(granted->grant));
    request.set_token_hash(base::text(wire::hash(wire::names::device_token, token)));
    request.set_identity_key(base::text(identity.public_key.serialize()));
    request.set_registration_id(applicant.registration_id.value);
    const auto added = run(server.add_device(client::answers::serialize(request)));
    if (!added) return added.error();
    return applicant;
  }
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
  Resident& resident(const std::string& name, const std::string& lives_at = "here:443") {
    Resident& made = visitor(name);
    made.lives_at = lives_at;
    const auto done = made.enrol();
    if (!done) std::fprintf(stderr, "%s can't enrol: %s\n", name.c_str(), done.error().message.c_str());
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

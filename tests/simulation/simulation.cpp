#include "simulation/simulation.hpp"

#include "e2e/hostile/used_key.hpp"

#include <algorithm>

namespace sotto::test {

using namespace std::chrono_literals;

Simulation::Simulation(Plan plan) : plan_(plan), dice_(plan.seed) {
  homes_.push_back({.host = "here"});
  homes_.push_back({.host = "there"});
  for (int i = 0; i < plan.accounts; ++i) {
    Account& account = accounts_.emplace_back();
    account.name = "account" + std::to_string(i);
    account.home = &homes_[static_cast<std::size_t>(i % 2)];
    Resident& first = town_.resident(account.name, account.home->host + ":443");
    account.devices.push_back({.resident = &first, .account = &account});
    watch(account.devices.back());
  }
  for (Account& one : accounts_) {
    for (Account& another : accounts_) {
      if (&one != &another) CHECK(one.devices[0].resident->add(*another.devices[0].resident));
    }
  }
}

std::uint32_t Simulation::draw(std::uint32_t below) {
  const auto raw = dice_.bytes<4>();
  return (std::uint32_t{raw[0]} << 24 | std::uint32_t{raw[1]} << 16 | std::uint32_t{raw[2]} << 8 | raw[3]) % below;
}

std::vector<Simulation::Member*> Simulation::Account::present() {
  std::vector<Member*> made;
  for (Member& device : devices) {
    if (!device.is_removed) made.push_back(&device);
  }
  return made;
}

Simulation::Member& Simulation::somebody() {
  const auto present = some_account().present();
  return *present[draw(static_cast<std::uint32_t>(present.size()))];
}

/// From now on it has a network of its own, and we see what it has ready to leave.
void Simulation::watch(Member& who) {
  who.line = &lines_.emplace_back(town_.network, town_.time, dice_);
  who.line->is_bad = is_weather_bad_;
  who.listened_at = town_.time.now();
  by_mailbox_[base::text(who.resident->own().mailbox_id.view())] = &who;
  who.resident->watch = [this, &who](client::Step step) {
    if (step == client::Step::encrypted) look_at_keys(who);
  };
  who.resident->way = who.line;
  who.resident->restart();
}

void Simulation::set_weather(bool is_bad) {
  is_weather_bad_ = is_bad;
  for (Line& line : lines_) line.is_bad = is_bad;
}

void Simulation::run() {
  set_weather(true);
  for (; steps_ < plan_.steps && broken_.empty(); ++steps_) step();
  settle();
  judge();
}

void Simulation::step() {
  const std::uint32_t which = draw(100);
  if (which < 34) return write();
  if (which < 39) return back_up_or_restore_server();
  if (which < 40) return part_from_server();
  if (which < 70) return listen(somebody());
  if (which < 75) return add_device();
  if (which < 79) return remove_device();
  if (which < 81) return succeed();
  if (which < 87) return restart(somebody());
  if (which < 90) return restore(somebody());
  if (which < 92) return fail_network();
  if (which < 94) return part(somebody());
  if (which < 96) return restart_server();
  if (which < 98) return use_up_prekeys();
  pass_time();
}

void Simulation::write() {
  Member& by = somebody();
  Account& to = some_account();
  if (&to == by.account) return;
  const std::string text = "text " + std::to_string(written_.size()) + " from " + by.resident->name;
  const auto kept = by.resident->engine->enqueue(to.name, text);
  if (!kept) {
    note(by.resident->name + " can't write to " + to.name + ": " + kept.error().message);
    return;
  }
  note(by.resident->name + " writes \"" + text + "\" to " + to.name);
  written_.push_back({.text = text,
                      .index = written_.size(),
                      .from = by.account,
                      .to = &to,
                      .by = &by,
                      .id = kept->id,
                      .audience = {}});
  for (Member* device : to.present()) {
    if (!device->is_forgotten) written_.back().listed.insert(device);
  }
  written_.back().is_server_behind = to.is_server_behind;
  written_.back().step = steps_;
  (void)by.resident->run(by.resident->engine->drain_outbox());
  look_for_sent();
}

/// Who is on the lists when the server takes a text is to have it.
void Simulation::look_for_sent() {
  for (Written& one : written_) {
    if (one.is_sent || one.by->is_removed) continue;
    const auto message = one.by->resident->engine->message(one.id);
    if (!message || message->body != one.text) continue;  // a restored copy does not know it (any more)
    if (message->state == store::State::queued || message->state == store::State::encrypted) continue;
    if (message->state == store::State::failed) {
      broken_.push_back("\"" + one.text + "\" has failed for good: " + message->reason);
      continue;
    }
    one.is_sent = true;
    for (Member* device : one.to->present()) {
      if (one.listed.contains(device) && !device->is_forgotten) one.audience.insert(device);
    }
  }
}

void Simulation::listen(Member& who) {
  const auto listened = who.resident->listen();
  if (listened) {
    who.listened_at = town_.time.now();
    who.has_seen_restore = true;
    who.is_fresh_copy = false;
    who.is_forgotten = false;
    // Others may not have heard of the last list themselves.
    if (&who == &who.account->devices[0]) {
      who.account->is_server_behind = false;
      for (Member& device : who.account->devices) device.is_forgotten = false;
    }
  }
  note(who.resident->name + " listens" + (listened ? "" : ": " + listened.error().message));
  look_for_sent();
}

/// Whether a change of the list came through is never in doubt here: other tests look at that.
struct Calm {
  explicit Calm(std::function<void(bool)> weather) : set(std::move(weather)) { set(false); }
  ~Calm() { set(true); }
  std::function<void(bool)> set;
};

void Simulation::add_device() {
  const Calm calm([this](bool is_bad) { set_weather(is_bad); });
  Account& account = some_account();
  if (account.present().size() >= 3) return;
  Member& admin = account.devices[0];
  Resident& made = town_.visitor(account.name + "." + std::to_string(++names_));
  made.lives_at = admin.resident->lives_at;
  const auto joined = made.join(admin.resident->engine ? *admin.resident : made);
  note(made.name + (joined ? " joins" : " can't join: " + joined.error().message));
  if (!joined) return;
  account.devices.push_back({.resident = &made, .account = &account});
  account.devices.back().joined_in = steps_;
  watch(account.devices.back());
}

void Simulation::remove_device() {
  const Calm calm([this](bool is_bad) { set_weather(is_bad); });
  Account& account = some_account();
  auto present = account.present();
  if (present.size() < 2) return;
  Member& leaving = *present[1 + draw(static_cast<std::uint32_t>(present.size() - 1))];
  client::own_list::Intent intent{.remove = leaving.resident->own().device};
  const auto removed = account.devices[0].resident->run(account.devices[0].resident->engine->change_list(intent));
  note(leaving.resident->name + (removed ? " is removed" : " can't be removed: " + removed.error().message));
  if (!removed) return;
  account.is_server_behind = false;
  account.list_changed_in = steps_;
  leaving.is_removed = true;
  leaving.texts_before_removal = written_.size();
}

void Simulation::succeed() {
  const Calm calm([this](bool is_bad) { set_weather(is_bad); });
  Account& account = some_account();
  Resident& admin = *account.devices[0].resident;
  const auto done = admin.run(admin.engine->succeed(admin.recovery_key, [](wire::DeviceNumber) { return true; }));
  note(account.name + (done ? " has a new epoch" : " gets no new epoch: " + done.error().message));
}

void Simulation::restart(Member& who) {
  note(who.resident->name + " restarts");
  who.resident->restart();
}

/// Whether its next generation was asked for and not answered.
bool Simulation::has_asked_for_a_tick(Member& who) {
  return *who.resident->home->transact([](store::Transaction& in) -> client::Result<bool> {
    return store::own_account::generation(in).next_tick.has_value();
  });
}

/// Now and then somebody copies the folder; later it is put back.
void Simulation::restore(Member& who) {
  who.resident->engine.reset();
  const auto copy = copies_.find(&who);
  // A copy from between the asking of a tick and its answer can't be told from its original (threat model).
  if (copy == copies_.end() && has_asked_for_a_tick(who)) {
    note(who.resident->name + " is not copied: a tick is on its way");
  } else if (copy == copies_.end()) {
    note(who.resident->name + " is copied");
    copies_[&who] = who.resident->home.copy();
  } else if (!who.has_seen_restore) {
    // Its server was put back, too, and does not know how far the folder had come (threat model).
    note(who.resident->name + " is not put back: its server was, and it has not seen that yet");
  } else {
    note(who.resident->name + " is put back from its copy");
    who.resident->home.put_back(copy->second);
    copies_.erase(copy);
    who.resident->heard.clear();
    who.was_put_back = true;
    who.is_fresh_copy = true;
    // What only this folder knew is gone with it.
    for (Written& one : written_) {
      if (one.by == &who && !one.is_sent) one.audience.clear();
    }
  }
  who.resident->restart();
}

void Simulation::fail_network() {
  note("the network fails for a while");
  town_.disconnect();
  write();
  town_.network.set_down(false);
}

/// A device has no way to the server until it is parted once more.
void Simulation::part(Member& who) {
  who.line->is_parted = !who.line->is_parted;
  note(who.resident->name + (who.line->is_parted ? " has no network" : " has a network again"));
}

/// Somebody asks for one's prekeys until only those of last resort are left.
void Simulation::use_up_prekeys() {
  Member& of = somebody();
  const auto own = of.resident->own();
  client::Post post(town_.network, town_.time, {.authority = *wire::Authority::parse(own.server), .ca_pem = ""});
  int taken = 0;
  for (; taken < 110; ++taken) {
    const auto bundles = net::run(town_.time, post.bundles(own.account_id, own.link_token));
    if (!bundles || !*bundles) break;
  }
  note(std::to_string(taken) + " sets of prekeys of " + of.account->name + " are taken");
}

/// What is about to leave: for devices on the list that is held alone, and no key twice.
void Simulation::look_at_keys(Member& by) {
  std::vector<base::Blob> requests;
  const auto read = by.resident->home->transact([&](store::Transaction& in) -> client::Result<void> {
    auto row = in.prepare("SELECT request FROM outgoing WHERE request IS NOT NULL");
    while (row.step()) requests.push_back(base::blob(row.blob(0)));
    return {};
  });
  CHECK(read);
  for (const base::Blob& bytes : requests) {
    wire::frames::SendRequest request;
    CHECK(client::answers::parse(request, bytes));
    for (const auto& item : request.items())
      look_at_key(by, item.mailbox_id(), base::blob(base::view(item.envelope())));
  }
}

void Simulation::look_at_key(Member& by, const std::string& mailbox, const base::Blob& envelope) {
  const auto to = by_mailbox_.find(mailbox);
  if (to == by_mailbox_.end()) return;
  Resident& recipient = *to->second->resident;
  const auto used = hostile::used_key(envelope, recipient.own().identity);
  if (!used) {
    broken_.push_back(by.resident->name + " has an envelope for " + recipient.name + " that it can't open");
    return;
  }
  const std::string key = used->sender + " to " + recipient.name + ": " + base::to_hex(used->ratchet_key) + " " +
                          std::to_string(used->counter);
  const auto [known, is_new] = keys_used_.emplace(key, used->ciphertext);
  if (!is_new && known->second != used->ciphertext) broken_.push_back("a key was used twice: " + key);
  // What is new was encrypted just now, by the list that is held now.
  const auto listed = by.resident->home.number("SELECT count(*) FROM peer_devices WHERE mailbox_id = x'" +
                                               base::to_hex(base::view(mailbox)) + "'");
  if (is_new && listed == 0)
    broken_.push_back(by.resident->name + " encrypts for " + recipient.name + ", which has left");
}

/// Sometimes for weeks; nobody is away for longer than the server keeps what waits.
void Simulation::pass_time() {
  const std::uint32_t which = draw(8);
  const int days = which == 0 ? 15 : which == 1 ? 9 : 1;
  const base::Timestamp then{town_.time.now().ms + days * base::ms_per_day};
  for (Account& account : accounts_) {
    for (Member* device : account.present()) {
      if (then.ms - device->listened_at.ms < 18 * base::ms_per_day) continue;
      const Calm calm([this](bool is_bad) { set_weather(is_bad); });
      device->line->is_parted = false;
      listen(*device);
    }
  }
  note(std::to_string(days) + " days pass");
  town_.time.run_for(24h * days);
}

void Simulation::restart_server() {
  const Home& home = some_home();
  note("the server " + home.host + " is killed and starts again");
  if (&home == &homes_[0]) return town_.restart();
  there_.kill();
  there_.start();
}

/// Now and then a server is backed up; later the backup takes its place. What it took in between it has forgotten.
void Simulation::back_up_or_restore_server() {
  Home& home = some_home();
  const bool is_here = &home == &homes_[0];
  if (!home.backup) {
    note("the server " + home.host + " is backed up");
    const std::string name = std::to_string(++home.backups) + ".db";
    home.backup = Backup{.file = is_here ? town_.back_up(name) : there_.back_up(name), .step = steps_};
    return;
  }
  // A folder and its server, both from before: nobody there knows better (threat model).
  for (Account& account : accounts_) {
    const auto present = account.present();
    if (account.home == &home && std::ranges::any_of(present, &Member::is_fresh_copy)) return;
  }
  note("the server " + home.host + " is restored from its backup");
  if (is_here) {
    town_.restore(home.backup->file);
  } else {
    there_.restore(home.backup->file);
  }
  for (Account& account : accounts_) {
    if (account.home != &home) continue;
    if (account.list_changed_in >= home.backup->step) account.is_server_behind = true;
    for (Member& device : account.devices) {
      device.has_seen_restore = false;
      if (device.joined_in >= home.backup->step) device.is_forgotten = true;
    }
  }
  home.backup.reset();
  home.restored_in = steps_;
}

void Simulation::part_from_server() {
  const Home& home = some_home();
  note("nobody reaches the server " + home.host + " for a while");
  town_.network.set_down(home.host, true);
  for (int i = 0; i < 3; ++i) write();
  listen(somebody());
  town_.network.set_down(home.host, false);
}

void Simulation::settle() {
  note("all settle");
  set_weather(false);
  for (Line& line : lines_) line.is_parted = false;
  const auto everybody = [this](int rounds) {
    for (int round = 0; round < rounds; ++round) {
      for (Account& account : accounts_) {
        for (Member* device : account.present()) {
          const auto listened = device->resident->listen();
          if (!listened) note(device->resident->name + ": " + listened.error().message);
        }
      }
      town_.time.run_for(12min);
      look_for_sent();
    }
  };
  everybody(8);
  town_.time.run_for(13h);  // until the last numbers have been said once more
  everybody(10);
}

bool Simulation::has_text(const Member& who, const Written& text) {
  return who.resident->home.number("SELECT count(*) FROM messages WHERE body = '" + text.text + "'") > 0;
}

/// What nobody could still bring.
bool Simulation::is_excused(const Written& text, const Member& device) {
  // Where both folders were put back, nobody may know any more that there was something.
  if (device.was_put_back && text.by->was_put_back) return true;
  // The server has lost it, and so has the folder of who wrote it: it is gone, and said to be.
  const bool was_lost_by_both = text.by->was_put_back && text.to->home->restored_in >= text.step;
  // Who has nothing of before can't tell where a folder that was put back has begun anew from where it began.
  const bool has_earlier = std::ranges::any_of(written_, [&](const Written& other) {
    return other.index < text.index && other.by == text.by && other.to == text.to && has_text(device, other);
  });
  if (was_lost_by_both && !has_earlier) return true;
  // As long as the device is listed, it alone is asked.
  if (was_lost_by_both && !text.by->is_removed && !has_text(*text.by, text)) return true;
  if (!text.by->is_removed && !was_lost_by_both) return false;
  // What comes from a device that is on the list no more is refused. The other ones of its account are asked: they have
  // what had been synchronized before.
  const auto others = text.from->present();
  return std::ranges::none_of(others, [&](const Member* other) { return has_text(*other, text); });
}

void Simulation::judge() {
  std::ranges::sort(broken_);
  broken_.erase(std::ranges::unique(broken_).begin(), broken_.end());
  for (const Written& one : written_) {
    if (!one.is_sent) continue;
    for (const Member* device : one.audience) {
      if (device->is_removed) continue;
      const auto times = device->resident->home.number("SELECT count(*) FROM messages WHERE body = '" + one.text + "'");
      if (times == 1 || (times == 0 && is_excused(one, *device))) continue;
      broken_.push_back(device->resident->name + " has \"" + one.text + "\" " + std::to_string(times) +
                        " times; refused: " + device->resident->refusals() + "; " + device->resident->standing() +
                        "\n  and its writer: " + one.by->resident->standing());
    }
  }
  for (Account& account : accounts_) {
    for (Member& device : account.devices) {
      if (!device.is_removed) continue;
      for (const Written& one : written_) {
        // Whoever had not seen the shorter list could not know of it from a server that had forgotten it.
        const bool may_have = one.index < device.texts_before_removal || one.from == &account || one.is_server_behind;
        if (one.to == &account && !may_have && has_text(device, one))
          broken_.push_back(device.resident->name + " was removed and read \"" + one.text + "\"");
      }
    }
  }
}

}  // namespace sotto::test

#include "client/engine.hpp"

#include <algorithm>
#include <set>

#include "base/encoding.hpp"
#include "client/introductions.hpp"
#include "client/prekey_stock.hpp"
#include "protocol/fingerprint/fingerprint.hpp"
#include "wire/utf8.hpp"

namespace sotto::client {
namespace {

constexpr base::Timestamp earliest_plausible{1'700'000'000'000};  // November 2023: a clock before that is wrong

std::string bearer(const store::OwnAccount& own) { return base::to_base64url(own.token.expose()); }

bool is_nickname(const std::string& text) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  return !text.empty() && text.size() <= wire::max_claimed_name && wire::is_utf8(text) &&
         std::ranges::none_of(text, is_control) && !wire::AccountId::from_text(text);
}

wire::ListView view_of(const wire::Introduction& introduction) {
  const auto parsed = wire::rules::parse(introduction);
  CHECK(parsed);
  return {.order = parsed->list.order, .list_hash = parsed->list_hash};
}

}  // namespace

std::string_view to_text(Step step) {
  switch (step) {
    case Step::message_kept:
      return "message kept";
    case Step::sessions_started:
      return "sessions started";
    case Step::encrypted:
      return "encrypted";
    case Step::stored_by_server:
      return "stored by the server";
    case Step::sent:
      return "sent";
    case Step::mailbox_open:
      return "mailbox open";
    case Step::settled:
      return "settled";
    case Step::acknowledged:
      return "acknowledged";
    case Step::drained:
      return "drained";
  }
  return "";
}

Engine::Engine(Parts parts) : parts_(std::move(parts)) {}

Result<store::OwnAccount> Engine::own() {
  return parts_.store.transact([](store::Transaction& in) -> Result<store::OwnAccount> {
    auto account = store::own_account::load(in);
    if (!account) return refused("there is no account here: run `sotto register` first");
    if (!store::own_account::is_registered(in)) {
      return refused("the registration is not finished: run `sotto register` again when the server can be reached");
    }
    return *std::move(account);
  });
}

Server Engine::server_for(const store::OwnAccount& own) {
  const auto authority = wire::Authority::parse(own.server);
  CHECK(authority);
  return Server(parts_.transport, parts_.timer, {.authority = *authority, .ca_pem = own.server_ca}, bearer(own));
}

Lines Engine::lines_for(const store::OwnAccount& own) {
  const auto authority = wire::Authority::parse(own.server);
  CHECK(authority);
  return Lines(parts_.transport, parts_.timer, {.authority = *authority, .ca_pem = own.server_ca}, bearer(own));
}

Result<Rights> Engine::rights_to(const wire::AccountId& account) {
  return parts_.store.transact([&](store::Transaction& in) -> Result<Rights> {
    Rights rights{.account = account, .permits = {}};
    const auto known = store::contacts::load(in, account);
    if (!known) return rights;
    for (const auto* permit : {&known->permit, &known->link_token}) {
      const auto bytes = *permit ? base::fixed<16>(**permit) : std::nullopt;
      if (bytes) rights.permits.push_back(*bytes);
    }
    // In one's own name only to who never gave a permit: a server that refuses one must not learn who writes by it.
    if (rights.permits.empty()) rights.user_name = known->user_name;
    return rights;
  });
}

Result<store::Contact> Engine::contact(store::Transaction& in, const std::string& words) {
  auto found = store::contacts::find(in, words);
  if (found.empty()) return refused("no contact is called \"" + words + "\": add one with `sotto contact add`");
  if (found.size() > 1) {
    return refused("several people call themselves \"" + words + "\": name the account id, or give nicknames");
  }
  return std::move(found.front());
}

// Registration

asio::awaitable<Result<Invitation>> Engine::prepare_registration(RegistrationWish wish) {
  if (parts_.clock.now() < earliest_plausible) {
    co_return refused("this machine's clock says " + base::to_text(parts_.clock.now()) + " UTC: set it first");
  }
  if (!wire::is_user_name(wish.user_name)) {
    co_return refused("\"" + wish.user_name + "\" can't be a user name: 3 to 32 of a-z 0-9 . _ -");
  }
  Server server(parts_.transport, parts_.timer, {.authority = wish.server, .ca_pem = wish.server_ca}, "");
  co_return co_await server.begin_registration(wish.user_name);
}

asio::awaitable<Result<void>> Engine::register_account(RegistrationWish wish, Invitation invitation,
                                                       const wire::RecoveryKey& recovery_key) {
  const auto kept = parts_.store.transact([&](store::Transaction& in) -> Result<void> {
    if (store::own_account::load(in)) return refused("this folder holds an account already");
    const NewAccountPlan plan{.server = wish.server.text(),
                              .server_ca = wish.server_ca,
                              .user_name = wish.user_name,
                              .invitation = invitation};
    make_account(in, plan, recovery_key, parts_.clock.now(), parts_.random);
    return {};
  });
  if (!kept) co_return kept.error();
  co_return co_await resume_registration();
}

Result<bool> Engine::has_account() {
  return parts_.store.transact(
      [](store::Transaction& in) -> Result<bool> { return store::own_account::load(in).has_value(); });
}

Result<bool> Engine::has_pending_registration() {
  return parts_.store.transact(
      [](store::Transaction& in) -> Result<bool> { return store::own_account::pending_registration(in).has_value(); });
}

asio::awaitable<Result<void>> Engine::resume_registration() {
  auto request = parts_.store.transact([](store::Transaction& in) -> Result<base::Blob> {
    auto kept = store::own_account::pending_registration(in);
    if (!kept) return refused("there is no unfinished registration here");
    return *std::move(kept);
  });
  if (!request) co_return request.error();
  auto account = parts_.store.transact(
      [](store::Transaction& in) -> Result<store::OwnAccount> { return *store::own_account::load(in); });
  if (!account) co_return account.error();

  Server server = server_for(*account);
  const auto answer = co_await server.register_account(*std::move(request));
  if (!answer) co_return answer.error();
  const auto settled = parts_.store.transact([&](store::Transaction& in) -> Result<void> {
    if (answer->has_value()) {
      store::own_account::forget_pending(in);
    } else {
      store::own_account::set_registered(in);
    }
    return {};
  });
  if (!settled) co_return settled.error();
  if (answer->has_value()) co_return refused(**answer);
  // Registered it is, whatever becomes of these: they are due again at the next connection.
  const auto put = co_await put_permits(server, *account);
  if (!put) warn(put.error());
  co_return Result<void>();
}

// Contacts

Result<wire::ContactLink> Engine::address() {
  TRY(const store::OwnAccount account, own());
  const wire::Order order = view_of(account.introduction).order;
  return wire::ContactLink{.home_server = account.server,
                           .account_id = account.account_id,
                           .token = account.link_token,
                           .links = order.links,
                           .epoch = order.epoch,
                           .tls_pin = std::nullopt};
}

asio::awaitable<Result<bool>> Engine::refresh(Lines& lines, wire::AccountId account) {
  auto rights = rights_to(account);
  if (!rights) co_return rights.error();
  const auto introduction = co_await lines.introduction_of(*std::move(rights));
  if (!introduction) co_return introduction.error();
  co_return parts_.store.transact([&](store::Transaction& in) -> Result<bool> {
    const auto parsed = wire::rules::parse(*introduction);
    if (!parsed || parsed->list.account_id != account) return refused("the server answered with another account");
    switch (apply_introduction(in, *introduction)) {
      case Introduced::is_new:
        return true;
      case Introduced::is_held:
        return false;
      case Introduced::is_older:
        return false;
      case Introduced::is_fork:
        return refused("the server shows a device list that contradicts one seen before");
      case Introduced::is_unsound:
        return refused("the server shows statements of this account that do not verify");
    }
    return false;
  });
}

asio::awaitable<Result<AddedContact>> Engine::add_contact(std::string link_or_name,
                                                          std::optional<std::string> nickname) {
  const auto account = own();
  if (!account) co_return account.error();
  if (nickname && !is_nickname(*nickname)) {
    co_return refused("a nickname is one line of 1 to 64 bytes without control characters, and no account id");
  }
  const bool is_link = link_or_name.find(':') != std::string::npos;
  std::optional<wire::ContactLink> link;
  if (is_link) {
    const auto parsed = wire::ContactLink::parse(link_or_name);
    if (!parsed) co_return refused(parsed.error().message);
    link = *parsed;
  } else if (!wire::is_user_name(link_or_name)) {
    co_return refused("\"" + link_or_name + "\" is neither a contact link nor a user name (3 to 32 of a-z 0-9 . _ -)");
  }
  if (link && link->home_server != account->server) {
    co_return refused("this contact lives at " + link->home_server +
                      "; contacts on other servers are not supported yet");
  }

  Lines lines = lines_for(*account);
  std::optional<wire::Introduction> introduction;
  if (link) {
    auto found = co_await lines.post.introduction_of(link->account_id, link->token);
    if (!found) co_return found.error();
    if (!*found) co_return refused(lines.server.name() + ": there is no such account, or its link was revoked");
    introduction = **std::move(found);
  } else {
    auto found = co_await lines.server.look_up(link_or_name);
    if (!found) co_return found.error();
    introduction = *std::move(found);
  }

  co_return parts_.store.transact([&](store::Transaction& in) -> Result<AddedContact> {
    const auto checked = wire::check_introduction(*introduction);
    if (!checked) return refused("the server's statements for this contact do not verify: " + checked.error().text());
    const wire::DeviceList& list = checked->list;
    if (list.account_id == account->account_id) return refused("this is your own account");
    if (link && list.account_id != link->account_id) return refused("the server answered with another account");
    if (link && std::tie(list.order.links, list.order.epoch) < std::tie(link->links, link->epoch)) {
      return refused("the server shows older statements than the link names: ask for the reason before you go on");
    }
    const Introduced outcome = apply_introduction(in, *introduction);
    if (outcome == Introduced::is_fork || outcome == Introduced::is_unsound) {
      return refused("the server shows statements that contradict what was seen before");
    }
    if (nickname && store::contacts::is_nickname_taken(in, *nickname, list.account_id)) {
      return refused("another contact is called \"" + *nickname + "\" already");
    }
    auto contact = store::contacts::load(in, list.account_id).value_or(store::Contact{.account_id = list.account_id});
    if (nickname) contact.nickname = nickname;
    if (!link) contact.user_name = link_or_name;
    contact.origin = link ? store::Origin::link : store::Origin::user_name;
    if (link) contact.link_token = base::blob(link->token);
    store::contacts::keep(in, contact, parts_.clock.now());
    return AddedContact{.contact = contact, .is_pinned = link.has_value()};
  });
}

Result<Safety> Engine::verify(const std::string& words, bool confirm) {
  TRY(const store::OwnAccount account, own());
  return parts_.store.transact([&](store::Transaction& in) -> Result<Safety> {
    TRY(store::Contact with, contact(in, words));
    const auto peer = store::peers::load(in, with.account_id);
    if (!peer) return refused("nothing is known about this contact yet: connect to the server first");
    const crypto::PublicKey& root = peer->held.certificate.first_root;
    const auto fingerprint =
        protocol::Fingerprint::compute({.identifier = account.account_id.view(), .key = account.root_key},
                                       {.identifier = with.account_id.view(), .key = root});
    if (!fingerprint) return refused("the safety number can't be computed: " + to_text(fingerprint.error()));
    if (confirm) {
      with.verified_root = root;
      store::contacts::keep(in, with, parts_.clock.now());
    }
    const wire::VerifyLink link{.scannable = fingerprint->scannable(),
                                .local = view_of(account.introduction).order,
                                .remote = peer->held.list.order};
    return Safety{.digits = fingerprint->digits(),
                  .link = link.text(),
                  .contact_name = with.name(),
                  .is_verified = with.verified_root == root};
  });
}

Result<std::vector<Event>> Engine::history(const std::string& words, std::optional<std::int64_t> last) {
  TRY(const store::OwnAccount account, own());
  return parts_.store.transact([&](store::Transaction& in) -> Result<std::vector<Event>> {
    TRY(const store::Contact with, contact(in, words));
    std::vector<Event> events;
    for (store::Message& message : store::messages::history(in, with.account_id, last)) {
      const std::string name = message.is_outgoing ? account.user_name : with.name();
      events.push_back(
          {.message = std::move(message),
           .sender_name = name,
           .is_stranger = !message.is_outgoing && with.origin == store::Origin::wrote_first && !with.nickname});
    }
    return events;
  });
}

asio::awaitable<Result<Status>> Engine::status() {
  auto account = own();
  if (!account) co_return account.error();
  Server server = server_for(*account);
  const auto answer = co_await server.status();
  Status made{.own = *std::move(account), .server = {}, .server_problem = {}, .store_problem = {}};
  if (answer) made.server = *answer;
  if (!answer) made.server_problem = answer.error().message;
  if (const auto sound = parts_.store.check(); !sound) made.store_problem = sound.error().message;
  const auto counted = parts_.store.transact([&](store::Transaction& in) -> Result<void> {
    made.unsent = store::outbox::count_unsent(in);
    made.refused = store::refusals::count(in);
    return {};
  });
  if (!counted) co_return counted.error();
  co_return made;
}

// Sending

Result<store::Message> Engine::enqueue(const std::string& words, std::string text) {
  TRY(const store::OwnAccount account, own());
  auto kept = parts_.store.transact([&](store::Transaction& in) -> Result<store::Message> {
    TRY(const store::Contact to, contact(in, words));
    return outbox::enqueue(in, lent(account), to.account_id, std::move(text));
  });
  if (kept) reached(Step::message_kept);
  return kept;
}

Result<store::Message> Engine::message(std::int64_t id) {
  return parts_.store.transact([&](store::Transaction& in) -> Result<store::Message> {
    auto found = store::messages::load(in, id);
    if (!found) return refused("there is no such message");
    return *std::move(found);
  });
}

asio::awaitable<Result<void>> Engine::drain_outbox() {
  const auto account = own();
  if (!account) co_return account.error();
  const auto waiting = parts_.store.transact(
      [](store::Transaction& in) -> Result<std::vector<store::Message>> { return store::messages::unsent(in); });
  if (!waiting) co_return waiting.error();
  if (waiting->empty()) co_return Result<void>();

  Lines lines = lines_for(*account);
  // A server that refuses them refuses no message: who has a permit already writes by it.
  const auto put = co_await put_permits(lines.server, *account);
  if (!put && put.error().error == Error::unreachable) co_return put;
  if (!put) warn(put.error());
  std::set<wire::AccountId>
      stuck;  // a conversation whose next message can't go: what follows it waits, the others go on
  std::optional<Problem> first_problem;
  for (const store::Message& message : *waiting) {
    if (stuck.contains(message.conversation)) continue;
    const auto sent = co_await send_one(lines, *account, message);
    if (sent) continue;
    if (sent.error().error == Error::unreachable) co_return sent.error();
    stuck.insert(message.conversation);
    if (!first_problem) first_problem = sent.error();
  }
  if (first_problem) co_return *first_problem;
  co_return Result<void>();
}

asio::awaitable<Result<base::Blob>> Engine::ready_request(Lines& lines, const store::OwnAccount& account,
                                                          const store::Message& message) {
  constexpr int rounds = 5;  // introduction, sessions, permit, encryption, and one more if a session went stale
  for (int round = 0; round < rounds; ++round) {
    auto encryption = parts_.store.transact([&](store::Transaction& in) -> Result<outbox::Encryption> {
      return outbox::encrypt(in, lent(account), message);
    });
    if (!encryption) co_return encryption.error();
    if (encryption->need == outbox::Need::nothing) co_return std::move(encryption->request);
    if (encryption->need == outbox::Need::introduction) {
      const auto refreshed = co_await refresh(lines, message.conversation);
      if (!refreshed) co_return refreshed.error();
      continue;
    }
    if (encryption->need == outbox::Need::permit) {
      const auto put = co_await put_permits(lines.server, account);
      if (!put) co_return put.error();
      continue;
    }
    auto rights = rights_to(message.conversation);
    if (!rights) co_return rights.error();
    const auto bundles = co_await lines.bundles(*std::move(rights));
    if (!bundles) co_return bundles.error();
    const auto started = parts_.store.transact([&](store::Transaction& in) -> Result<void> {
      return outbox::start_sessions(in, lent(account), message.conversation, *bundles);
    });
    if (!started) co_return started.error();
    reached(Step::sessions_started);
  }
  co_return refused("the message can't be encrypted: the contact's sessions do not settle");
}

asio::awaitable<Result<void>> Engine::send_one(Lines& lines, const store::OwnAccount& account, store::Message message) {
  const auto settle_as = [&](store::State state, const std::string& reason) {
    return parts_.store.transact([&](store::Transaction& in) -> Result<void> {
      store::outbox::remove(in, message.id);
      store::messages::set_state(in, message.id, state, reason);
      return {};
    });
  };
  constexpr int rounds = 3;
  for (int round = 0; round < rounds; ++round) {
    auto request = co_await ready_request(lines, account, message);
    if (!request) co_return request.error();
    reached(Step::encrypted);
    auto rights = rights_to(message.conversation);
    if (!rights) co_return rights.error();
    const auto answer = co_await lines.send(*std::move(rights), *std::move(request));
    if (!answer) co_return answer.error();
    switch (answer->delivery) {
      case Delivery::stored: {
        reached(Step::stored_by_server);
        const auto settled = settle_as(store::State::sent, "");
        if (settled) reached(Step::sent);
        co_return settled;
      }
      case Delivery::refused:
        co_return settle_as(store::State::failed, answer->reason);
      case Delivery::mailbox_full:
        co_return refused(lines.server.name() + ": " + answer->reason + "; the message is kept and tried again");
      case Delivery::try_later:
        co_return Problem(Error::unreachable, lines.server.name() + ": " + answer->reason);
      case Delivery::wrong_devices:
        break;
    }
    // Nothing was delivered: with a newer list it is encrypted anew, from the text.
    const auto refreshed = co_await refresh(lines, message.conversation);
    if (!refreshed) co_return refreshed.error();
    if (!*refreshed) co_return settle_as(store::State::failed, "the server refuses the devices on the contact's list");
    const auto queued = settle_as(store::State::queued, "");
    if (!queued) co_return queued.error();
  }
  co_return Problem(Error::unreachable, "the contact's devices keep changing: try again later");
}

}  // namespace sotto::client

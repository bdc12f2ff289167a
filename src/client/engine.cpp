#include "client/engine.hpp"

#include <algorithm>
#include <set>

#include "base/encoding.hpp"
#include "client/introductions.hpp"
#include "client/prekey_stock.hpp"
#include "net/certificate.hpp"
#include "protocol/fingerprint/fingerprint.hpp"
#include "store/settings.hpp"
#include "wire/utf8.hpp"

namespace sotto::client {
namespace {

constexpr base::Timestamp earliest_plausible{1'700'000'000'000};  // November 2023: a clock before that is wrong

/// Minutes may be the way and the wait; more is a clock that is wrong, here or there.
std::optional<net::Duration> clock_difference(const ServerStatus& status, base::Timestamp now) {
  constexpr std::int64_t tolerance_ms = 5 * 60'000;
  if (!status.clock) return std::nullopt;
  const std::int64_t behind_ms = status.clock->ms - now.ms;
  if (behind_ms > -tolerance_ms && behind_ms < tolerance_ms) return std::nullopt;
  return net::Duration(behind_ms);
}

std::string bearer(const store::OwnAccount& own) { return base::to_base64url(own.token.expose()); }

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
    case Step::mailbox_lost:
      return "mailbox lost";
  }
  return "";
}

Engine::Engine(Parts parts)
    : parts_(std::move(parts)),
      ways_(parts_.transport, parts_.random),
      turns_(parts_.timer.executor()),
      acts_(parts_.timer.executor()) {}

Result<store::OwnAccount> Engine::own() {
  return parts_.store.transact([](store::Transaction& in) -> Result<store::OwnAccount> {
    auto account = store::own_account::load(in);
    if (!account) return refused("there is no account here: run `sotto register` first");
    if (!store::own_account::is_registered(in)) {
      return refused("the registration is not finished: run `sotto register` again when the server can be reached");
    }
    if (store::own_account::is_removed(in))
      return refused("this device was removed from its account: link it anew with `sotto device link`");
    return *std::move(account);
  });
}

Server Engine::server_for(const store::OwnAccount& own) {
  return Server(parts_.transport, parts_.timer, ways_.to_own(own, Ways::Purpose::authenticated), bearer(own));
}

Lines Engine::lines_for(const store::OwnAccount& own) {
  return Lines(parts_.transport, parts_.timer, ways_, own, bearer(own));
}

Result<Rights> Engine::rights_to(const store::OwnAccount& own, const wire::AccountId& account) {
  return parts_.store.transact([&](store::Transaction& in) -> Result<Rights> {
    Rights rights{.account = account, .permits = {}};
    TRY(rights.elsewhere, homes::home_of(in, own, account));
    const auto known = store::contacts::load(in, account);
    if (!known) return rights;
    if (known->profile_key) rights.permits.push_back(permits::contact_permit(store::ProfileKey(*known->profile_key)));
    for (const auto* permit : {&known->permit, &known->link_token}) {
      const auto bytes = *permit ? base::fixed<16>(**permit) : std::nullopt;
      if (bytes) rights.permits.push_back(*bytes);
    }
    // In one's own name only to who never gave a permit: a server that refuses one must not learn who writes by it.
    if (rights.permits.empty() && !rights.elsewhere) rights.user_name = known->user_name;
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

asio::awaitable<Result<void>> Engine::settle_permits() {
  const auto account = own();
  if (!account) co_return account.error();
  Server server = server_for(*account);
  co_return co_await put_permits(server, *account);
}

// Registration

asio::awaitable<Result<Invitation>> Engine::prepare_registration(RegistrationWish wish) {
  if (parts_.clock.now() < earliest_plausible) {
    co_return refused("this machine's clock says " + base::to_text(parts_.clock.now()) + " UTC: set it first");
  }
  if (!wire::is_user_name(wish.user_name)) {
    co_return refused("\"" + wish.user_name + "\" can't be a user name: 3 to 32 of a-z 0-9 . _ -");
  }
  const auto route = route_without_account(parts_.store, parts_.random);
  if (!route) co_return route.error();
  Server::Reach reach{.authority = wish.server, .ca_pem = wish.server_ca, .tls_pin = wish.tls_pin, .route = *route};
  Server server(parts_.transport, parts_.timer, std::move(reach), "");
  co_return co_await server.begin_registration(wish.user_name);
}

asio::awaitable<Result<void>> Engine::register_account(RegistrationWish wish, Invitation invitation,
                                                       const wire::RecoveryKey& recovery_key) {
  const auto kept = parts_.store.transact([&](store::Transaction& in) -> Result<void> {
    if (store::own_account::load(in)) return refused("this folder holds an account already");
    const NewAccountPlan plan{.server = wish.server.text(),
                              .server_ca = wish.server_ca,
                              .tls_pin = wish.tls_pin ? wish.tls_pin : net::pin_of(wish.server_ca),
                              .user_name = wish.user_name,
                              .invitation = invitation};
    make_account(in, plan, recovery_key, parts_.clock.now(), parts_.random);
    if (wish.replaces) store::settings::set_text(in, store::settings::replaces, wish.replaces->text());
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
      apply_introduction(in, account->introduction, parts_.clock.now());
      if (const auto list = wire::DeviceList::parse(account->introduction.list.statement))
        store::own_account::note_numbers(in, *list);
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
      own_list::sync_contact(in, lent(account), with);
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

Result<void> Engine::note_clock(const ServerStatus& status) {
  const auto behind = clock_difference(status, parts_.clock.now());
  if (!behind) return {};
  const auto minutes = std::chrono::abs(std::chrono::duration_cast<std::chrono::minutes>(*behind)).count();
  return parts_.store.transact([&](store::Transaction& in) -> Result<void> {
    const std::int64_t a_day_ago = parts_.clock.now().ms - base::ms_per_day;
    const auto last = store::notices::last(in, 100);
    const bool was_told = std::ranges::any_of(last, [&](const store::Notice& one) {
      return one.kind == store::Notice::Kind::clock_wrong && one.at.ms > a_day_ago;
    });
    if (was_told) return {};
    store::notices::keep_once(
        in, {.account = {},
             .kind = store::Notice::Kind::clock_wrong,
             .words = "this machine's clock and the server's differ by " + std::to_string(minutes) +
                      " minutes: this one is " + (behind->count() > 0 ? "behind" : "ahead") +
                      ", or the server's is wrong. Times in conversations and disappearing messages go by it",
             .at = parts_.clock.now()});
    return {};
  });
}

// By which way

Result<void> Engine::set_proxy(const std::string& url) {
  TRY_VOID(check_proxy(url));
  TRY_VOID(parts_.store.transact([&](store::Transaction& in) -> Result<void> {
    store::settings::set_text(in, store::settings::proxy, url);
    return {};
  }));
  away_.clear();
  if (open_mailbox_ != nullptr) open_mailbox_->cut();
  return {};
}

Result<void> Engine::allow_private_servers(bool is_allowed) {
  TRY_VOID(parts_.store.transact([&](store::Transaction& in) -> Result<void> {
    store::settings::set(in, store::settings::private_servers, is_allowed);
    return {};
  }));
  away_.clear();
  wake_sending();
  return {};
}

asio::awaitable<Result<Status>> Engine::status() {
  auto account = own();
  if (!account) co_return account.error();
  Server server = server_for(*account);
  const auto answer = co_await server.status();
  Status made{.own = *std::move(account), .server = {}, .server_problem = {}, .store_problem = {}};
  if (answer) {
    made.server = *answer;
    made.clock_behind = clock_difference(*answer, parts_.clock.now());
  }
  if (!answer) made.server_problem = answer.error().message;
  if (const auto sound = parts_.store.check(); !sound) made.store_problem = sound.error().message;
  const auto counted = parts_.store.transact([&](store::Transaction& in) -> Result<void> {
    made.unsent = store::messages::count_unsent(in);
    made.refused = store::refusals::count(in);
    return {};
  });
  if (!counted) co_return counted.error();
  co_return made;
}

}  // namespace sotto::client

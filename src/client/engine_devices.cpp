// The account's own side: its list, its epoch, and which copy of this device speaks.
#include "client/engine.hpp"
#include "client/introductions.hpp"
#include "client/session_context.hpp"
#include "client/store_epochs.hpp"
#include "protocol/session/record.hpp"
#include "store/prekeys.hpp"
#include "store/sessions.hpp"

namespace sotto::client {

Result<std::vector<own_list::OwnDevice>> Engine::devices() {
  TRY(const store::OwnAccount account, own());
  return own_list::devices(account);
}

asio::awaitable<Result<void>> Engine::refresh_own() {
  const auto account = own();
  if (!account) co_return account.error();
  Server server = server_for(*account);
  const auto shown = co_await own_as_shown(server);
  if (!shown) co_return shown.error();
  const auto taken = take_own(shown->introduction);
  if (!taken) co_return taken;
  co_return co_await heal_fork(server, shown->introduction);
}

asio::awaitable<Result<void>> Engine::heal_fork(Server& server, wire::Introduction stands) {
  const auto turn = co_await acts_.take();
  const auto account = own();
  if (!account) co_return account.error();
  const auto can_merge =
      parts_.store.transact([&](store::Transaction& in) -> Result<bool> { return own_list::can_merge(in, *account); });
  if (!can_merge) co_return can_merge.error();
  if (!*can_merge) co_return Result<void>();
  const auto challenge = co_await server.begin_act(account->account_id);
  if (!challenge) co_return challenge.error();
  auto act = parts_.store.transact([&](store::Transaction& in) -> Result<std::optional<own_list::Act>> {
    return own_list::merge(in, lent(*account), stands, challenge->challenge);
  });
  if (!act) co_return act.error();
  if (!*act) co_return Result<void>();
  const auto passed = co_await server.put_list(std::move((*act)->request));
  if (!passed) co_return passed.error();
  if (*passed) co_return Result<void>();  // another device was faster: seen with the next connection
  co_return take_pending();
}

asio::awaitable<Result<Engine::OwnShown>> Engine::own_as_shown(Server& server) {
  const auto account = own();
  if (!account) co_return account.error();
  auto shown = co_await server.own_account();
  if (!shown) co_return shown.error();
  const auto parsed = wire::rules::parse(*shown);
  const bool is_behind = parsed && parsed->list.account_id == account->account_id &&
                         parsed->list.order < view_of(account->introduction).order;
  OwnShown made{.introduction = *std::move(shown), .was_behind = is_behind};
  if (!is_behind) co_return made;
  const auto presented = co_await server.present_own(account->introduction);
  if (!presented && presented.error().error == Error::unreachable) co_return presented.error();
  if (!presented) warn(presented.error());
  auto again = co_await server.own_account();
  if (!again) co_return again.error();
  made.introduction = *std::move(again);  // what it still hides is told
  co_return made;
}

asio::awaitable<Result<void>> Engine::take_up_place(Server& server, const store::OwnAccount& account) {
  const auto challenge = co_await server.begin_act(account.account_id);
  if (!challenge) co_return challenge.error();
  auto request = parts_.store.transact([&](store::Transaction& in) -> Result<base::Blob> {
    return store_epochs::return_request(in, lent(account), challenge->challenge);
  });
  if (!request) co_return request.error();
  co_return co_await server.return_device(*std::move(request));
}

Result<bool> Engine::note_status(const store::OwnAccount& account, const ServerStatus& status) {
  TRY_VOID(note_clock(status));
  return parts_.store.transact(
      [&](store::Transaction& in) -> Result<bool> { return store_epochs::note(in, lent(account), status); });
}

Result<void> Engine::take_own(const wire::Introduction& shown) {
  TRY(const store::OwnAccount account, own());
  const auto outcome = parts_.store.transact([&](store::Transaction& in) -> Result<Introduced> {
    const Introduced applied = own_list::adopt(in, lent(account), shown);
    if (applied == Introduced::is_older) {
      store::notices::keep_once(
          in, {.account = {},
               .kind = store::Notice::Kind::list_behind,
               .words = "the server shows an older device list of this account than was seen before: somebody may be "
                        "hiding a change. Compare `sotto device list` on your devices",
               .at = parts_.clock.now()});
    }
    if (applied == Introduced::is_unsound) {
      store::notices::keep_once(
          in,
          {.account = {},
           .kind = store::Notice::Kind::list_unsound,
           .words = "the server shows a device list of this account that the account did not sign. Nothing of it was "
                    "taken. Ask who runs the server: it is damaged, or shows others the same",
           .at = parts_.clock.now()});
    }
    return applied;
  });
  if (!outcome) return outcome.error();
  if (*outcome == Introduced::is_unsound)
    return refused("the server shows statements of this account that do not verify");
  return {};
}

Result<void> Engine::take_pending() {
  TRY(const wire::Introduction stands, parts_.store.transact([](store::Transaction& in) -> Result<wire::Introduction> {
    auto pending = store::own_account::pending_change(in);
    if (!pending) return store::own_account::load(in)->introduction;
    return std::move(pending->introduction);
  }));
  TRY_VOID(take_own(stands));
  wake_sending();
  return {};
}

asio::awaitable<Result<void>> Engine::put_act(Server& server, MakeAct make) {
  const auto turn = co_await acts_.take();
  constexpr int rounds = 5;
  for (int round = 0; round < rounds; ++round) {
    const auto shown = co_await own_as_shown(server);
    if (!shown) co_return shown.error();
    const auto taken = take_own(shown->introduction);
    if (!taken) co_return taken;
    const auto account = own();
    if (!account) co_return account.error();
    const auto challenge = co_await server.begin_act(account->account_id);
    if (!challenge) co_return challenge.error();
    auto act = parts_.store.transact(
        [&](store::Transaction& in) -> Result<own_list::Act> { return make(in, lent(*account), *challenge); });
    if (!act) co_return act.error();
    const auto passed = co_await server.put_list(std::move(act->request));
    if (!passed) co_return passed.error();
    if (*passed) continue;  // another device was faster: the intent goes onto its list
    co_return take_pending();
  }
  co_return refused("other devices keep changing the list: try again");
}

asio::awaitable<Result<void>> Engine::change_list(own_list::Intent intent) {
  const auto account = own();
  if (!account) co_return account.error();
  Server server = server_for(*account);
  MakeAct make = [&intent](store::Transaction& in, const outbox::Lent& lent, const ActChallenge& at) {
    return own_list::change(in, lent, intent, at.challenge);
  };
  co_return co_await put_act(server, std::move(make));
}

asio::awaitable<Result<void>> Engine::succeed(const wire::RecoveryKey& recovery_key,
                                              std::function<bool(wire::DeviceNumber)> keep) {
  const auto account = own();
  if (!account) co_return account.error();
  Server server = server_for(*account);
  MakeAct make = [&](store::Transaction& in, const outbox::Lent& lent, const ActChallenge& at) {
    return own_list::succeed(in, lent, recovery_key, keep, at.challenge);
  };
  co_return co_await put_act(server, std::move(make));
}

// Generations

namespace {

/// This folder is a copy from before: what it would send was perhaps sent already, by keys that were used since.
void start_anew(store::Transaction& in, const outbox::Lent& lent, std::uint64_t generation) {
  store::outgoing::forget_all_requests(in);
  store::messages::requeue_encrypted(in);
  for (const store::sessions::Key& key : store::sessions::all(in)) {
    const auto record = load_record(in, key.account, key.device);
    if (!record) continue;
    const protocol::Record archived = record->with_current_archived();
    for (std::size_t i = 0; i < archived.archived_count(); ++i) {
      const auto state = archived.archived(i);
      if (state) store::sessions::burn_chain(in, key, state->sending.ratchet_key.public_key.serialize());
    }
    store::sessions::keep(in, key.account, key.device, archived.serialize().expose());
  }
  store::messages::leap_sequences(in, generation);
  store::prekeys::renew_all(in);
  store::notices::keep(
      in,
      {.account = {},
       .kind = store::Notice::Kind::restored_copy,
       .words = "this folder was put back from a copy, or is used in two places. Its sessions were begun anew; what "
                "the other copy received is not here. If you did not do that, somebody has a copy of this device: "
                "remove it from another one",
       .at = lent.now});
  // What came in the meantime was acknowledged by the other copy: those who wrote it are asked.
  for (const store::Contact& contact : store::contacts::all(in)) {
    if (contact.standing != store::Standing::accepted) continue;
    outbox::post_heartbeat(in, lent, contact.account_id, contact.account_id, true);
    outbox::post_heartbeat(in, lent, lent.own.account_id, contact.account_id, true);
  }
}

}  // namespace

asio::awaitable<Result<void>> Engine::confirm_generation(Server& server) {
  constexpr int rounds = 4;
  const auto account = own();
  if (!account) co_return account.error();
  // Not our own tick, but that of a server which has forgotten ours.
  std::optional<Generation> forgetful;
  for (int round = 0; round < rounds; ++round) {
    const auto asked = parts_.store.transact([&](store::Transaction& in) -> Result<store::own_account::Generation> {
      auto generation = store::own_account::generation(in);
      if (!generation.next_tick) generation.next_tick = parts_.random.bytes<16>();
      store::own_account::keep_generation(in, generation);
      return generation;
    });
    if (!asked) co_return asked.error();
    const Generation next{.number = asked->number + 1, .tick = asked->next_tick};
    const auto stands = co_await server.advance_generation(forgetful ? forgetful->tick : asked->tick, next);
    if (!stands) co_return stands.error();
    const bool is_confirmed = *stands == next;
    if (!is_confirmed) {
      const auto status = co_await server.status();
      if (!status) co_return status.error();
      const auto noted = note_status(*account, *status);
      if (!noted) co_return noted.error();
      const auto is_behind = parts_.store.transact(
          [&](store::Transaction& in) -> Result<bool> { return store_epochs::has_forgotten_ours(in, *stands); });
      if (!is_behind) co_return is_behind.error();
      const bool is_ours =
          stands->number == asked->number && stands->tick == asked->tick;  // a repeated request of ours
      forgetful.reset();
      if (*is_behind) forgetful = *stands;
      if (*is_behind || is_ours) continue;
    }
    const auto kept = parts_.store.transact([&](store::Transaction& in) -> Result<void> {
      if (!is_confirmed) start_anew(in, lent(*account), stands->number);
      if (is_confirmed) store::own_account::set_confirmed_in_epoch(in);
      store::own_account::keep_generation(in, {.number = stands->number, .tick = stands->tick, .next_tick = {}});
      return {};
    });
    if (!kept) co_return kept;
    has_confirmed_generation_ = is_confirmed;
    if (is_confirmed) co_return Result<void>();
  }
  co_return refused("the server does not confirm which copy of this device speaks: try again later");
}

}  // namespace sotto::client

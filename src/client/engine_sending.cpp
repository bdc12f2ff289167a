// The sending half of the engine: what waits is encrypted, committed, and only then leaves; until the server has it.
#include <algorithm>
#include <array>
#include <set>

#include "client/conversations.hpp"
#include "client/engine.hpp"
#include "client/introductions.hpp"
#include "client/prekey_stock.hpp"
#include "client/resets.hpp"
#include "store/prekeys.hpp"

namespace sotto::client {
namespace {

/// Twice as long after each try, up to an hour, and up to half as much again.
base::Timestamp next_try(const store::Outgoing& outgoing, base::Timestamp now, base::Random& random) {
  constexpr std::int64_t first_ms = 2'000, longest_ms = 3'600'000;
  const std::int64_t wait = std::min(longest_ms, first_ms << std::min(outgoing.attempts, 12));
  return {now.ms + wait + wait * random.bytes<1>()[0] / 512};
}

/// Nothing is put off for longer than this: what lies further ahead was put off by a clock that was wrong.
bool is_due(const store::Outgoing& what, base::Timestamp now) {
  constexpr std::int64_t longest_ms = 2 * 3'600'000;
  return what.not_before <= now || what.not_before.ms > now.ms + longest_ms;
}

enum class Round { ordinary, to_who_was_away };
constexpr std::array rounds_of_a_drain{Round::ordinary, Round::to_who_was_away};

}  // namespace

Result<store::Message> Engine::enqueue(const std::string& words, std::string text) {
  TRY(const store::OwnAccount account, own());
  auto kept = parts_.store.transact([&](store::Transaction& in) -> Result<store::Message> {
    TRY(const store::Contact to, contact(in, words));
    TRY_VOID(outbox::may_write_to(to));
    return outbox::enqueue(in, lent(account), to.account_id, wire::Text{std::move(text)});
  });
  if (!kept) return kept;
  reached(Step::message_kept);
  wake_sending();
  return kept;
}

Result<void> Engine::say(const std::string& words, wire::Body body) {
  TRY(const store::OwnAccount account, own());
  TRY_VOID(parts_.store.transact([&](store::Transaction& in) -> Result<void> {
    TRY(const store::Contact to, contact(in, words));
    TRY_VOID(outbox::may_write_to(to));
    outbox::post(in, lent(account), to.account_id, std::move(body));
    return {};
  }));
  wake_sending();
  return {};
}

Result<store::Message> Engine::message(std::int64_t id) {
  return parts_.store.transact([&](store::Transaction& in) -> Result<store::Message> {
    auto found = store::messages::load(in, id);
    if (!found) return refused("there is no such message");
    return *std::move(found);
  });
}

asio::awaitable<Result<void>> Engine::drain_outbox() {
  const auto turn = co_await turns_.take();
  const auto account = own();
  if (!account) co_return account.error();
  const auto waiting = parts_.store.transact(
      [](store::Transaction& in) -> Result<bool> { return !store::outgoing::waiting(in).empty(); });
  if (!waiting) co_return waiting.error();
  if (!*waiting) co_return Result<void>();
  Lines lines = lines_for(*account);
  co_return co_await drain_due(lines, *account);
}

asio::awaitable<Result<void>> Engine::drain_due(Lines& lines, const store::OwnAccount& account) {
  if (!has_confirmed_generation_) {
    const auto confirmed = co_await confirm_generation(lines.server);
    if (!confirmed) co_return confirmed;
  }
  // A server that refuses them refuses no message: who has a permit already writes by it.
  const auto put = co_await put_permits(lines.server, account);
  if (!put && put.error().error == Error::unreachable) co_return put;
  if (!put) warn(put.error());
  const auto waiting = parts_.store.transact(
      [](store::Transaction& in) -> Result<std::vector<std::int64_t>> { return store::outgoing::waiting(in); });
  if (!waiting) co_return waiting.error();
  // A conversation whose next content can't go: what follows it waits, the others go on.
  std::set<wire::AccountId> stuck;
  std::optional<Problem> first_problem;
  const auto note = [&first_problem](const Problem& problem) {
    if (!first_problem || first_problem->error == Error::waiting) first_problem = problem;
  };
  // What goes where nobody answered the last time comes last, so that nothing else waits for it.
  for (const Round round : rounds_of_a_drain) {
    for (const std::int64_t id : *waiting) {
      const auto outgoing = to_send(account, id);
      if (!outgoing) co_return outgoing.error();
      if (!*outgoing || stuck.contains((*outgoing)->what.account)) continue;
      const store::Outgoing& what = (*outgoing)->what;
      if (!is_due(what, parts_.clock.now())) {
        if (what.seq > 0) stuck.insert(what.account);  // the order of what counts stays
        continue;
      }
      const auto away = away_for(**outgoing);
      if ((round == Round::ordinary) == away.has_value()) continue;
      if (away && away->until > parts_.clock.monotonic()) {
        stuck.insert(what.account);
        note(Problem(Error::waiting, away->why));
        continue;
      }
      store::Outgoing leaving = what;
      const auto sent = co_await send_one(lines, account, std::move(leaving));
      if (sent) {
        note_present(**outgoing);
        continue;
      }
      if (outbox::is_fleeting(what)) {
        const auto gone = forget_fleeting(what);
        if (!gone) co_return gone;
        if (sent.error().error != Error::unreachable) continue;
      }
      if (sent.error().error == Error::unreachable && !(*outgoing)->elsewhere) co_return sent.error();
      stuck.insert(what.account);
      const auto noted = note_stuck(**outgoing, sent.error());
      if (!noted) co_return noted.error();
      if (sent.error().lacks_permit) {
        const auto told = tell_of_refused_permit(what.account);
        if (!told) co_return told;
      }
      const bool is_away = sent.error().error == Error::unreachable;
      note(is_away ? Problem(Error::waiting, sent.error().message) : sent.error());
    }
  }
  if (first_problem) co_return *first_problem;
  co_return Result<void>();
}

/// Sent at once or never.
Result<void> Engine::forget_fleeting(const store::Outgoing& outgoing) {
  return parts_.store.transact([&](store::Transaction& in) -> Result<void> {
    store::outgoing::remove(in, outgoing.id);
    return {};
  });
}

asio::awaitable<Result<std::vector<wire::DeviceBundle>>> Engine::bundles_for(Lines& lines,
                                                                             const store::OwnAccount& account,
                                                                             wire::AccountId whose) {
  if (whose == account.account_id) co_return co_await lines.server.own_bundles();
  auto rights = rights_to(account, whose);
  if (!rights) co_return rights.error();
  co_return co_await lines.bundles(*std::move(rights));
}

asio::awaitable<Result<bool>> Engine::refresh_devices(Lines& lines, const store::OwnAccount& account,
                                                      wire::AccountId whose) {
  if (whose != account.account_id) co_return co_await refresh(lines, account, whose);
  const auto before = view_of(account.introduction);
  const auto shown = co_await own_as_shown(lines.server);
  if (!shown) co_return shown.error();
  const auto taken = take_own(shown->introduction);
  if (!taken) co_return taken.error();
  const auto after = own();
  if (!after) co_return after.error();
  co_return shown->was_behind || view_of(after->introduction) != before;
}

asio::awaitable<Result<void>> Engine::start_sessions(Lines& lines, const store::OwnAccount& account,
                                                     wire::AccountId whose) {
  const auto bundles = co_await bundles_for(lines, account, whose);
  if (!bundles) co_return bundles.error();
  const auto started = parts_.store.transact([&](store::Transaction& in) -> Result<void> {
    return outbox::start_sessions(in, lent(account), whose, *bundles);
  });
  if (started) reached(Step::sessions_started);
  co_return started;
}

asio::awaitable<Result<std::optional<base::Blob>>> Engine::ready_request(Lines& lines, const store::OwnAccount& account,
                                                                         const store::Outgoing& outgoing) {
  constexpr int rounds =
      6;  // introduction, sessions, renewal, permit, encryption, and one more if a session went stale
  bool was_refreshed = false;
  auto renewal = outbox::Renewal::first;
  for (int round = 0; round < rounds; ++round) {
    auto encryption = parts_.store.transact([&](store::Transaction& in) -> Result<outbox::Encryption> {
      return outbox::encrypt(in, lent(account), outgoing, renewal);
    });
    if (!encryption) co_return encryption.error();
    std::optional<base::Blob> request;
    switch (encryption->need) {
      case outbox::Need::nothing:
        request = std::move(encryption->request);
        co_return request;
      case outbox::Need::nobody:
        co_return request;
      case outbox::Need::introduction: {
        if (was_refreshed)
          co_return refused(
              "a device of this contact speaks of a newer device list, which the server does not show: the message "
              "waits for it (`sotto contact trust --anyway` goes on without)");
        was_refreshed = true;
        const auto refreshed = co_await refresh_devices(lines, account, outgoing.account);
        if (!refreshed) co_return refreshed.error();
        break;
      }
      case outbox::Need::permit: {
        const auto put = co_await put_permits(lines.server, account);
        if (!put) co_return put.error();
        break;
      }
      case outbox::Need::renewal: {
        renewal = outbox::Renewal::failed;  // unless there is nothing left to renew
        const auto renewed = co_await start_sessions(lines, account, outgoing.account);
        if (renewed) break;
        if (renewed.error().error == Error::unreachable) co_return renewed.error();
        warn(renewed.error());
        break;
      }
      case outbox::Need::sessions: {
        const auto started = co_await start_sessions(lines, account, outgoing.account);
        if (!started && (was_refreshed || started.error().error == Error::unreachable)) co_return started.error();
        if (!started) {  // the list may be an older one than the bundles'
          was_refreshed = true;
          const auto refreshed = co_await refresh_devices(lines, account, outgoing.account);
          if (!refreshed) co_return refreshed.error();
          if (!*refreshed) co_return started.error();
        }
        break;
      }
    }
  }
  co_return refused("the message can't be encrypted: the contact's sessions do not settle");
}

asio::awaitable<Result<void>> Engine::send_one(Lines& lines, const store::OwnAccount& started_as,
                                               store::Outgoing outgoing) {
  const auto in_store = [&](auto work) {
    return parts_.store.transact([&](store::Transaction& in) -> Result<void> {
      work(in);
      return {};
    });
  };
  const auto may_go = parts_.store.transact(
      [&](store::Transaction& in) -> Result<void> { return resets::may_send(in, outgoing.account); });
  if (!may_go) co_return may_go.error();
  constexpr int rounds = 3;
  for (int round = 0; round < rounds; ++round) {
    auto account = own();  // the list may have become another one on the way
    if (!account) co_return account.error();
    const auto may_send =
        rights_to(*account, outgoing.account);  // before anything is encrypted for where it may not go
    if (!may_send) co_return may_send.error();
    auto request = co_await ready_request(lines, *account, outgoing);
    if (!request) co_return request.error();
    if (!*request) {
      co_return in_store([&](store::Transaction& in) { outbox::settle_sent(in, lent(*account), outgoing); });
    }
    reached(Step::encrypted);
    Result<SendAnswer> answer = refused("");
    std::string where = lines.server.name();
    if (outgoing.account == started_as.account_id) {
      answer = co_await lines.server.send_to_own(**std::move(request));
    } else {
      auto rights = rights_to(*account, outgoing.account);
      if (!rights) co_return rights.error();
      if (rights->elsewhere) where = rights->elsewhere->server.text();
      answer = co_await lines.send(*std::move(rights), **std::move(request));
    }
    if (!answer) co_return answer.error();
    switch (answer->delivery) {
      case Delivery::stored: {
        reached(Step::stored_by_server);
        const auto settled =
            in_store([&](store::Transaction& in) { outbox::settle_sent(in, lent(*account), outgoing); });
        if (settled) reached(Step::sent);
        co_return settled;
      }
      case Delivery::refused:
        co_return in_store([&](store::Transaction& in) { outbox::settle_failed(in, outgoing, answer->reason); });
      case Delivery::mailbox_full: {
        const auto put_off = in_store([&](store::Transaction& in) {
          store::outgoing::put_off(in, outgoing.id, next_try(outgoing, parts_.clock.now(), parts_.random));
        });
        if (!put_off) co_return put_off;
        co_return refused(where + ": " + answer->reason + "; the message is kept and tried again");
      }
      case Delivery::try_later:
        co_return Problem(Error::unreachable, where + ": " + answer->reason);
      case Delivery::wrong_devices:
        break;
    }
    // Nothing was delivered: with a newer list it is encrypted anew, from the content.
    const auto refreshed = co_await refresh_devices(lines, *account, outgoing.account);
    if (!refreshed) co_return refreshed.error();
    // What was encrypted earlier may lack a device of a list that was learned of since.
    const bool was_kept = outgoing.request.has_value();
    if (!*refreshed && !was_kept) {
      co_return in_store([&](store::Transaction& in) {
        outbox::settle_failed(in, outgoing, "the server refuses the devices on the contact's list");
      });
    }
    const auto anew = in_store([&](store::Transaction& in) { outbox::unsettle(in, outgoing); });
    if (!anew) co_return anew.error();
    outgoing.request.reset();
  }
  co_return Problem(Error::unreachable, "the contact's devices keep changing: try again later");
}

// In the background

struct Engine::Sending {
  explicit Sending(asio::any_io_executor executor) : wake(executor), ended(executor) {}
  net::Event wake;
  net::Event ended;
  bool may_begin = false;  // the mailbox has been drained: what came may change what is to be sent
  bool is_over = false;
  bool has_ended = false;
};

void Engine::wake_sending() {
  if (const auto sending = sending_.lock()) sending->wake.ring();
}

void Engine::begin_sending() {
  const auto sending = sending_.lock();
  if (!sending) return;
  sending->may_begin = true;
  sending->wake.ring();
}

std::shared_ptr<Engine::Sending> Engine::start_sending() {
  const auto sending = std::make_shared<Sending>(parts_.timer.executor());
  sending_ = sending;
  net::spawn(parts_.timer.executor(), keep_sending(sending));
  return sending;
}

asio::awaitable<void> Engine::stop_sending(std::shared_ptr<Sending> sending) {
  sending->is_over = true;
  sending->wake.ring();
  while (!sending->has_ended) co_await sending->ended.wait();
}

net::Duration Engine::until_due() {
  constexpr net::Duration longest = std::chrono::minutes(10);
  const auto next = parts_.store.transact([&](store::Transaction& in) -> Result<base::Timestamp> {
    const base::Timestamp now = parts_.clock.now(), refill = prekey_stock::next_refill(in, now);
    const auto due = store::outgoing::next_due(in, now), expiry = store::messages::next_expiry(in);
    return std::min({refill, due.value_or(refill), expiry.value_or(refill)});
  });
  net::Duration wait = longest;
  if (next) wait = std::min(wait, net::Duration(next->ms - parts_.clock.now().ms));
  const net::Duration now = parts_.clock.monotonic();
  for (const auto& [server, away] : away_) {
    if (away.until > now) wait = std::min(wait, away.until - now);
  }
  return std::max(wait, net::Duration(1));
}

asio::awaitable<Result<void>> Engine::refill_in_time() {
  const auto account = own();
  if (!account) co_return account.error();
  const auto is_due = parts_.store.transact([&](store::Transaction& in) -> Result<bool> {
    const base::Timestamp now = parts_.clock.now();
    return prekey_stock::next_refill(in, now) <= now || store::prekeys::upload(in).has_value();
  });
  if (!is_due) co_return is_due.error();
  if (!*is_due) co_return Result<void>();
  Server server = server_for(*account);
  const auto status = co_await server.status();
  if (!status) co_return status.error();
  co_return co_await top_up_prekeys(server, *account, *status);
}

asio::awaitable<void> Engine::keep_sending(std::shared_ptr<Sending> sending) {
  constexpr net::Duration pause = std::chrono::seconds(5);
  while (!sending->is_over && !sending->may_begin) co_await sending->wake.wait();
  while (!sending->is_over) {
    const auto looked = look_for_lost();
    if (!looked) warn(looked.error());
    const auto drained = co_await drain_outbox();
    if (sending->is_over) break;
    const auto refilled = co_await refill_in_time();
    if (sending->is_over) break;
    if (!refilled) warn(refilled.error());
    const auto expired = conversations::expire(parts_);
    if (!expired) warn(expired.error());
    if (!drained) warn(drained.error());
    const bool is_held_up = (!drained && drained.error().error != Error::waiting) || !refilled;
    const net::Duration wait = is_held_up ? std::max(until_due(), pause) : until_due();
    co_await sending->wake.wait_for(parts_.timer, wait);
  }
  sending->has_ended = true;
  sending->ended.ring();
}

}  // namespace sotto::client

// The receiving half of the engine: the mailbox is drained, each envelope is settled in one transaction, and only then
// acknowledged.
#include <algorithm>

#include "client/contents.hpp"
#include "client/conversations.hpp"
#include "client/engine.hpp"
#include "client/gaps.hpp"
#include "client/histories.hpp"
#include "client/introductions.hpp"
#include "client/prekey_stock.hpp"
#include "client/tails.hpp"
#include "store/prekeys.hpp"

namespace sotto::client {
namespace {

using Told = std::function<void(const Event&)>;
constexpr net::Duration renew_mailbox_after = std::chrono::hours(24);

/// How long to wait before the next try to connect: doubling, with jitter, so that a restarted server isn't met by
/// everybody at once.
net::Duration pause_before(int attempt, base::Random& random) {
  constexpr std::int64_t first_ms = 500, longest_ms = 30'000;
  const std::int64_t base_ms = std::min(longest_ms, first_ms << std::min(attempt, 6));
  const auto jitter = random.bytes<1>()[0];  // up to half as much again
  return net::Duration(base_ms + base_ms * jitter / 512);
}

/// Two signed statements in one place: what it came in is refused, what it proves stays.
void keep_proof(store::Transaction& in, const outbox::Lent& lent, const wire::Introduction& contradiction) {
  const auto parsed = wire::rules::parse(contradiction);
  if (parsed && parsed->list.account_id == lent.own.account_id)
    own_list::adopt(in, lent, contradiction);
  else
    apply_introduction(in, contradiction, lent.now);
}

void tell_of_deletion(store::Transaction& in, std::uint32_t day, base::Timestamp now) {
  const std::int64_t days = std::int64_t{day} - base::day_of(now).value;
  store::notices::keep_unless_told(
      in, {.account = {},
           .kind = store::Notice::Kind::deletion_pending,
           .words = "this account is to be deleted on day " + std::to_string(day) + ", in " +
                    std::to_string(std::max<std::int64_t>(days, 0)) +
                    " days. If that was not you, keep it with the recovery key, and remove the device that asked",
           .at = now});
}

}  // namespace

/// One envelope, within the transaction of all that came with it: what is refused undoes itself alone.
Result<std::optional<admission::Verdict>> Engine::settle_one(store::Transaction& in, const Delivered& delivered) {
  const auto account = store::own_account::load(in);  // as it is now: what came before may have changed it
  CHECK(account);
  const admission::Arrival arrival{
      .envelope = delivered.envelope, .now = parts_.clock.now(), .good_signatures = &good_signatures_};
  const auto fingerprint = admission::fingerprint(arrival);
  if (store::refusals::reason(in, fingerprint)) return std::optional<admission::Verdict>();
  auto verdict = in.attempt([&] { return admission::admit(in, *account, arrival, parts_.random); });
  if (verdict) {
    store::refusals::note_accepted(in, fingerprint, arrival.now);
    return std::optional<admission::Verdict>(*std::move(verdict));
  }
  const admission::Refusal& refusal = verdict.error();
  if (refusal.store_failed) return Problem(*refusal.store_failed);
  // Said once more by the server: it was read when it came, and can't be read again.
  if (store::refusals::was_accepted(in, fingerprint)) return std::optional<admission::Verdict>();
  store::refusals::keep(in, fingerprint, refusal.reason, arrival.now);
  if (refusal.contradiction) keep_proof(in, lent(*account), *refusal.contradiction);
  if (refusal.unreadable_from) contents::begin_anew_with(in, lent(*account), *refusal.unreadable_from);
  return std::optional<admission::Verdict>();
}

/// What has come together is committed together: a full disk or a crash leaves none of it, and nothing was
/// acknowledged.
Result<void> Engine::settle(const std::vector<Delivered>& all) {
  std::vector<admission::Verdict> verdicts;
  TRY_VOID(parts_.store.transact([&](store::Transaction& in) -> Result<void> {
    for (const Delivered& one : all) {
      TRY(auto verdict, settle_one(in, one));
      if (verdict) verdicts.push_back(*std::move(verdict));
    }
    return {};
  }));
  for (const admission::Verdict& verdict : verdicts) tell_in_passing(verdict);
  return {};
}

void Engine::tell_in_passing(const admission::Verdict& verdict) const {
  const auto* said = std::get_if<admission::Overheard>(&verdict);
  if (said != nullptr && parts_.overhear) parts_.overhear(*said);
}

/// Only what is meant for who is there now. Anything else would be answered by who is there alone, and what can't be
/// read is forgotten: nothing is asked or kept because of it.
Result<void> Engine::overhear(const Ephemeral& said) {
  const admission::Arrival arrival{
      .envelope = said.envelope, .now = parts_.clock.now(), .good_signatures = &good_signatures_};
  const auto verdict =
      parts_.store.transact([&](store::Transaction& in) -> base::Result<admission::Verdict, admission::Refusal> {
        const auto account = store::own_account::load(in);
        CHECK(account);
        TRY(auto decided, admission::admit(in, *account, arrival, parts_.random));
        const auto* heard = std::get_if<admission::Overheard>(&decided);
        const bool is_typing = heard != nullptr && std::holds_alternative<contents::TypingNow>(heard->what);
        if (!is_typing) return admission::Refusal("it is nothing for who is there now");
        return decided;
      });
  if (verdict) tell_in_passing(*verdict);
  if (!verdict && verdict.error().store_failed) return Problem(*verdict.error().store_failed);
  return {};
}

Result<News> Engine::news(int at_most) {
  return parts_.store.transact([&](store::Transaction& in) -> Result<News> {
    News made{.events = {}, .notices = store::notices::not_shown(in, at_most)};
    for (store::Message& message : store::messages::not_shown(in, at_most)) {
      const auto contact = store::contacts::load(in, message.sender);
      const std::string name = contact ? contact->name() : message.sender.text();
      const bool is_stranger = !contact || (contact->origin == store::Origin::wrote_first && !contact->nickname);
      made.events.push_back({.message = std::move(message), .sender_name = name, .is_stranger = is_stranger});
    }
    return made;
  });
}

Result<void> Engine::set_told(const News& news) {
  if (news.events.empty() && news.notices.empty()) return {};
  return parts_.store.transact([&](store::Transaction& in) -> Result<void> {
    for (const Event& event : news.events) store::messages::set_shown(in, event.message.id);
    for (const store::Notice& notice : news.notices) store::notices::set_shown(in, notice.id);
    return {};
  });
}

Result<void> Engine::tell_new(const Told& tell) {
  constexpr int at_once = 64;
  if (!tell) return {};
  while (true) {
    TRY(News found, news(at_once));
    if (!parts_.notify) found.notices.clear();
    if (found.events.empty() && found.notices.empty()) return {};
    for (const Event& event : found.events) tell(event);
    for (const store::Notice& notice : found.notices) parts_.notify(notice);
    TRY_VOID(set_told(found));
  }
}

asio::awaitable<Result<void>> Engine::top_up_prekeys(Server& server, const store::OwnAccount& account,
                                                     ServerStatus status) {
  const auto upload = parts_.store.transact([&](store::Transaction& in) -> Result<std::optional<base::Blob>> {
    if (status.deletion_day != 0) tell_of_deletion(in, status.deletion_day, parts_.clock.now());
    const prekey_stock::Left left{.one_time = status.one_time_prekeys, .one_time_kyber = status.one_time_kyber_prekeys};
    return prekey_stock::upload(in, account.identity.private_key, left, parts_.clock.now(), parts_.random);
  });
  if (!upload) co_return upload.error();
  if (!upload->has_value()) co_return Result<void>();
  const auto put = co_await server.put_prekeys(**upload);
  if (!put && put.error().error == Error::unreachable) co_return put;  // the same bytes go again
  const auto answered = parts_.store.transact([](store::Transaction& in) -> Result<void> {
    store::prekeys::forget_upload(in);
    return {};
  });
  if (!answered) co_return answered;
  co_return put;
}

asio::awaitable<Result<void>> Engine::put_permits(Server& server, const store::OwnAccount& account) {
  const auto change = parts_.store.transact([&](store::Transaction& in) -> Result<std::optional<permits::Change>> {
    return permits::due(in, account, parts_.clock.now(), parts_.random);
  });
  if (!change) co_return change.error();
  if (!change->has_value()) co_return Result<void>();
  base::Blob request = (*change)->request;
  const auto put = co_await server.put_permits(std::move(request));
  if (!put) co_return put;
  co_return parts_.store.transact([&](store::Transaction& in) -> Result<void> {
    store::permits::set_registered(in, (*change)->link_permits, (*change)->revoked, parts_.clock.now());
    return {};
  });
}

/// An envelope, and what has come behind it.
asio::awaitable<Result<void>> Engine::take_in(Mailbox& mailbox, Delivered first) {
  const std::vector<Delivered> all = co_await mailbox.with_followers(std::move(first));
  const auto settled = settle(all);
  if (!settled) co_return settled.error();  // not acknowledged: it comes again
  std::vector<std::uint64_t> positions;
  for (const Delivered& one : all) {
    positions.push_back(one.position);
    reached(Step::settled);
  }
  const auto acknowledged = co_await mailbox.acknowledge(std::move(positions));
  reached(Step::acknowledged);
  co_return acknowledged;
}

asio::awaitable<Result<void>> Engine::follow(Mailbox& mailbox, Lines& lines, const store::OwnAccount& account,
                                             Listening how, const Told& tell) {
  const std::optional<net::Duration> patience = how.patience;
  bool& went_well = how.went_well;
  bool is_over = false;
  std::unique_ptr<net::Timer::Alarm> alarm;
  const auto restart_patience = [&] {
    if (!patience || patience->count() == 0) return;
    alarm = parts_.timer.after(*patience, [&] {
      is_over = true;
      mailbox.cut();
    });
  };
  restart_patience();
  // Prekeys are looked after when a mailbox has been drained, so one that stands for days is opened anew each day.
  std::unique_ptr<net::Timer::Alarm> renewal;
  if (!patience) renewal = parts_.timer.after(renew_mailbox_after, [&mailbox] { mailbox.cut(); });
  bool was_drained = false;
  while (true) {
    auto frame = co_await mailbox.receive();
    if (is_over) co_return Result<void>();
    if (!frame) co_return frame.error();
    // Prekeys that run low are looked after at their own times.
    if (std::holds_alternative<Passed>(*frame) || std::holds_alternative<PrekeysLow>(*frame)) continue;
    if (auto* delivered = std::get_if<Delivered>(&*frame)) {
      const auto settled = co_await take_in(mailbox, std::move(*delivered));
      if (!settled) co_return settled.error();
      wake_sending();
      restart_patience();
    } else if (const auto* said = std::get_if<Ephemeral>(&*frame)) {
      const auto heard = overhear(*said);
      if (!heard) co_return heard.error();
    } else if (std::holds_alternative<ListChanged>(*frame)) {
      const auto refreshed = co_await refresh_own();
      if (!refreshed && refreshed.error().error == Error::unreachable) co_return refreshed.error();
      if (!refreshed) warn(refreshed.error());
      const auto still = own();
      if (!still) co_return still.error();
    } else if (std::holds_alternative<Cloned>(*frame)) {
      const auto noted = note_clone();
      if (!noted) co_return noted;
    } else if (!was_drained) {
      was_drained = true;
      reached(Step::drained);
      const auto looked_after = co_await look_after(lines, account);
      const bool is_one_shot = patience && patience->count() == 0;
      if (is_over || is_one_shot) co_await mailbox.close();
      if (is_over || is_one_shot || !looked_after) {
        const auto told = tell_new(tell);  // what was found while looking after things
        if (!told) co_return told.error();
        co_return looked_after;
      }
      went_well = true;
      begin_sending();
    }
    const auto told = tell_new(tell);
    if (!told) co_return told.error();
  }
}

/// What is due once everything that was there has been seen: permits, what waits to be sent, prekeys.
asio::awaitable<Result<void>> Engine::look_after(Lines& lines, const store::OwnAccount& account) {
  const auto is_cut = [](const Result<void>& outcome) {
    return !outcome && outcome.error().error == Error::unreachable;
  };
  // First: by this, what the server shows below is judged.
  const auto status = co_await lines.server.status();
  if (!status && status.error().error == Error::unreachable) co_return status.error();
  if (!status) warn(status.error());
  if (status) {
    const auto noted = note_status(account, *status);
    if (!noted) co_return noted.error();
  }
  const auto refreshed = co_await refresh_own();
  if (is_cut(refreshed)) co_return refreshed;
  if (!refreshed) warn(refreshed.error());
  const auto put = co_await put_permits(lines.server, account);
  if (is_cut(put)) co_return put;
  if (!put) warn(put.error());
  if (!has_confirmed_generation_) {
    const auto confirmed = co_await confirm_generation(lines.server);
    if (!confirmed) co_return confirmed;
  }
  const auto looked = look_for_lost();
  if (!looked) co_return looked;
  const auto expired = conversations::expire(parts_);
  if (!expired) co_return expired.error();
  const auto sent = co_await drain_outbox();
  Result<void> topped_up;
  if (status) topped_up = co_await top_up_prekeys(lines.server, account, *status);
  if (is_cut(sent)) co_return sent;
  if (!sent) warn(sent.error());  // everything was received all the same
  if (is_cut(topped_up)) co_return topped_up;
  if (!topped_up) warn(topped_up.error());
  wake_sending();
  co_return Result<void>();
}

Result<void> Engine::look_for_lost() {
  TRY(const store::OwnAccount account, own());
  return parts_.store.transact([&](store::Transaction& in) -> Result<void> {
    histories::resume(in, lent(account));
    gaps::ask_for_missing(in, lent(account));
    tails::post_due(in, lent(account));
    return {};
  });
}

Result<void> Engine::note_clone() {
  return parts_.store.transact([&](store::Transaction& in) -> Result<void> {
    store::notices::keep_once(in, {.account = {},
                                   .kind = store::Notice::Kind::device_cloned,
                                   .words = "somebody connected with an older token of this device: there is a copy of "
                                            "it. Remove this device from another one, and link it anew",
                                   .at = parts_.clock.now()});
    return {};
  });
}

asio::awaitable<Result<void>> Engine::receive(std::optional<net::Duration> patience, Told tell) {
  const auto told = tell_new(tell);
  if (!told) co_return told.error();
  for (int attempt = 0;; ++attempt) {
    const auto account = own();  // also by which way its server is reached: that may have changed
    if (!account) co_return account.error();
    Lines lines = lines_for(*account);
    auto mailbox = co_await lines.server.open_mailbox();
    if (!mailbox && mailbox.error().is_unknown_device) {  // removed, or lost by a server that was restored
      const auto returned = co_await take_up_place(lines.server, *account);
      if (returned) mailbox = co_await lines.server.open_mailbox();
    }
    if (mailbox) {
      reached(Step::mailbox_open);
      bool went_well = false;
      const Listening how{.patience = patience, .went_well = went_well};
      // Which copy of this device speaks is asked anew at every connect.
      has_confirmed_generation_ = false;
      const bool is_one_shot = patience && patience->count() == 0;
      const auto sending = is_one_shot ? nullptr : start_sending();
      open_mailbox_ = mailbox->get();
      const auto ended = co_await follow(**mailbox, lines, *account, how, tell);
      open_mailbox_ = nullptr;
      if (sending) co_await stop_sending(sending);
      if (went_well) attempt = 0;  // an open mailbox alone is no success: the pauses go on growing
      if (ended || patience || ended.error().error != Error::unreachable) co_return ended;
    } else if (patience || mailbox.error().error != Error::unreachable) {
      co_return mailbox.error();
    }
    reached(Step::mailbox_lost);
    co_await parts_.timer.sleep(pause_before(attempt, parts_.random));
  }
}

}  // namespace sotto::client

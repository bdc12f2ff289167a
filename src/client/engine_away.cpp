// Who can't be reached now: what goes there waits, says why, and holds up nobody else.
#include <algorithm>

#include "client/engine.hpp"
#include "store/notices.hpp"

namespace sotto::client {

Result<std::optional<Engine::ToSend>> Engine::to_send(const store::OwnAccount& account, std::int64_t id) {
  return parts_.store.transact([&](store::Transaction& in) -> Result<std::optional<ToSend>> {
    const auto outgoing = store::outgoing::load(in, id);
    if (!outgoing) return std::optional<ToSend>();
    ToSend made{.what = *outgoing, .elsewhere = {}};
    // Whoever may not be connected to is found out when it is tried.
    const auto home = homes::home_of(in, account, outgoing->account);
    if (home && *home) made.elsewhere = (*home)->server.text();
    return std::optional(std::move(made));
  });
}

std::optional<Engine::Away> Engine::away_for(const ToSend& outgoing) const {
  if (!outgoing.elsewhere) return std::nullopt;
  for (const std::string& key : {*outgoing.elsewhere, outgoing.what.account.text()}) {
    if (const auto found = away_.find(key); found != away_.end()) return found->second;
  }
  return std::nullopt;
}

void Engine::note_present(const ToSend& outgoing) {
  if (outgoing.elsewhere) away_.erase(*outgoing.elsewhere);
  away_.erase(outgoing.what.account.text());
}

/// Another server that does not answer is left alone for a while, with all that goes there; one that answers, but not
/// as it should, for this contact only.
Result<void> Engine::note_stuck(const ToSend& outgoing, const Problem& problem) {
  constexpr std::int64_t first_ms = 5'000, longest_ms = 300'000;
  const bool is_away = problem.error == Error::unreachable;
  if (outgoing.elsewhere && problem.error != Error::waiting) {
    Away& away = away_[is_away ? *outgoing.elsewhere : outgoing.what.account.text()];
    const std::int64_t wait = std::min(longest_ms, first_ms << std::min(away.attempts++, 6));
    away.until = parts_.clock.monotonic() + net::Duration(wait + wait * parts_.random.bytes<1>()[0] / 512);
    away.why = problem.message;
  }
  return parts_.store.transact([&](store::Transaction& in) -> Result<void> {
    if (!outgoing.what.message || outgoing.what.about) return {};
    const auto message = store::messages::load(in, *outgoing.what.message);
    if (message && (message->state == store::State::queued || message->state == store::State::encrypted))
      store::messages::set_state(in, message->id, message->state, problem.message);
    return {};
  });
}

Result<void> Engine::tell_of_refused_permit(const wire::AccountId& account) {
  return parts_.store.transact([&](store::Transaction& in) -> Result<void> {
    const auto contact = store::contacts::load(in, account);
    const std::string name = contact ? contact->name() : account.text();
    store::notices::keep_once(
        in, {.account = account,
             .kind = store::Notice::Kind::permit_refused,
             .words = "the server lets nobody in to " + name + " by what was given to us: messages wait. Ask " + name +
                      " for a new contact link; if they know of nothing, the server lies",
             .at = parts_.clock.now()});
    return {};
  });
}

}  // namespace sotto::client

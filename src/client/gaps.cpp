#include "client/gaps.hpp"

#include "store/peers.hpp"
#include "store/sessions.hpp"

namespace sotto::client::gaps {
namespace {

using store::sessions::Act;

/// A short question may be answered by much: a contact's device gets that once in a while only.
bool may_answer(const Place& at, bool is_about_us) {
  constexpr std::int64_t pause_ms = 600'000;
  if (at.is_own) return true;
  const store::sessions::Key asker{.account = at.speaker.account, .device = at.speaker.device};
  return store::sessions::may_again(at.in, is_about_us ? Act::answer : Act::answer_for_who_left, asker, at.lent.now,
                                    pause_ms);
}

/// The text itself is taken from its row when it leaves: what was erased until then is not sent.
void send_again(const Place& at, const store::Message& message, bool is_about_us) {
  store::Outgoing again{.account = at.speaker.account,
                        .message = message.id,
                        .message_id = message.message_id,
                        .sent_at = message.sent_at,
                        .seq = message.seq};
  if (at.is_own) again.about = at.conversation;
  if (!is_about_us) {
    again.message_id = at.lent.random.bytes<16>();
    again.sent_at = store::own_account::next_sent_at(at.in, at.lent.now);
    again.seq = 0;
    again.body = wire::Resent{
        .device = message.device, .id = message.message_id, .sent_at = message.sent_at, .seq = message.seq, .text = {}};
  }
  store::outgoing::keep(at.in, again);
}

}  // namespace

bool has_left(store::Transaction& in, const wire::AccountId& account, wire::DeviceNumber device) {
  const auto peer = store::peers::load(in, account);
  return peer && peer->held.list.device(device) == nullptr;
}

void ask_for_missing(store::Transaction& in, const outbox::Lent& lent) {
  constexpr std::int64_t patience_ms = 30'000, again_ms = 3'600'000;
  const auto gaps = store::sequences::open_gaps(in, {lent.now.ms - patience_ms}, {lent.now.ms - again_ms});
  for (const store::sequences::Gap& gap : gaps) {
    const bool is_own = gap.line.account == lent.own.account_id;
    const auto contact = store::contacts::load(in, gap.line.account);
    if (!is_own && (!contact || contact->standing != store::Standing::accepted)) continue;
    store::Outgoing question{.account = gap.line.account,
                             .message_id = lent.random.bytes<16>(),
                             .sent_at = store::own_account::next_sent_at(in, lent.now),
                             .body = wire::GapQuestion{.device = gap.line.device, .seqs = gap.seqs}};
    if (is_own) question.about = gap.line.conversation;
    store::outgoing::keep(in, question);
    store::sequences::set_asked(in, gap.line, lent.now);
  }
}

void answer(const Place& at, const wire::GapQuestion& question) {
  const wire::AccountId& own = at.lent.own.account_id;
  const bool is_about_us = question.device == at.lent.own.device;
  if (!is_about_us && !has_left(at.in, own, question.device)) return;
  if (!may_answer(at, is_about_us)) return;
  std::vector<std::uint64_t> gone;
  for (const std::uint64_t seq : question.seqs) {
    const auto message = store::messages::of_own_seq(at.in, at.conversation, question.device, seq);
    const bool may_resend = message && !message->is_deleted && message->body_kind == wire::kind_of(wire::Text{});
    if (may_resend) {
      send_again(at, *message, is_about_us);
    } else {
      gone.push_back(seq);
    }
  }
  if (gone.empty()) return;
  wire::GapAnswer body{.gone = std::move(gone)};
  if (!is_about_us) body.of = question.device;
  store::Outgoing answer{.account = at.speaker.account,
                         .message_id = at.lent.random.bytes<16>(),
                         .sent_at = store::own_account::next_sent_at(at.in, at.lent.now),
                         .body = std::move(body)};
  if (at.is_own) answer.about = at.conversation;
  store::outgoing::keep(at.in, answer);
}

void note_gone(const Place& at, const wire::GapAnswer& answer) {
  if (answer.of && !has_left(at.in, at.speaker.account, *answer.of)) return;
  const store::sequences::Line line{
      .account = at.speaker.account, .device = answer.of.value_or(at.speaker.device), .conversation = at.conversation};
  store::sequences::set_gone(at.in, line, answer.gone);
}

}  // namespace sotto::client::gaps

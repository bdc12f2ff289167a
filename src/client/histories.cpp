#include "client/histories.hpp"

#include <algorithm>

#include "client/engine.hpp"
#include "store/histories.hpp"
#include "wire/history.hpp"

namespace sotto::client::histories {
namespace {

using contents::HistoryNow;
using contents::Outcome;

constexpr std::int64_t most_under_way = 1;  // so that an answer names the only part that it can be about
constexpr std::size_t part_bytes = 256u << 10;
constexpr std::int64_t repeat_after_ms = 3'600'000, most_repeats = 48;

/// Rows are named by numbers above zero: what came from another device lies below the first of our own.
constexpr std::int64_t middle = std::int64_t{1} << 61;
/// Where rows of another folder come to lie here: before everything of our own.
constexpr std::int64_t earlier_by = std::int64_t{1} << 40;

std::uint64_t place_of(std::int64_t row) { return static_cast<std::uint64_t>(row + middle); }
std::int64_t row_of(std::uint64_t place) { return static_cast<std::int64_t>(place) - middle; }

wire::HistoryRow history_row(store::Transaction& in, const store::Message& message) {
  wire::HistoryRow made{.conversation = message.conversation,
                        .ref = message.ref(),
                        .kind = message.body_kind,
                        .text = {.text = message.body, .quote = message.quote, .timer = message.timer},
                        .seq = message.seq,
                        .sent_at = message.sent_at,
                        .received_at = message.received_at,
                        .state = static_cast<std::uint8_t>(message.state),
                        .is_verified = message.is_verified,
                        .expires_at = message.expires_at,
                        .edited_at = message.edited_at,
                        .delivered_at = message.delivered_at,
                        .read_at = message.read_at};
  for (const auto& one : store::messages::dated_reactions(in, message.id)) {
    if (made.reactions.size() < wire::max_history_parts)
      made.reactions.push_back({.account = one.account, .emoji = one.emoji, .at = one.at});
  }
  std::size_t room = wire::max_earlier_bytes;
  for (const auto& [at, text] : store::messages::earlier_texts(in, message.id)) {
    if (text.size() > room || made.earlier.size() == wire::max_history_parts) break;
    room -= text.size();
    made.earlier.push_back({.at = at, .text = text});
  }
  return made;
}

store::Message message_of(const wire::HistoryRow& row, const wire::AccountId& own) {
  return {.id = 0,
          .conversation = row.conversation,
          .sender = row.ref.account,
          .device = row.ref.device,
          .message_id = row.ref.id,
          .is_outgoing = row.ref.account == own,
          .body = row.text.text,
          .body_kind = row.kind,
          .seq = row.seq,
          .sent_at = row.sent_at,
          .received_at = row.received_at,
          .state = static_cast<store::State>(row.state),
          .reason = {},
          .is_verified = row.is_verified,
          .quote = row.text.quote,
          .timer = row.text.timer,
          .expires_at = row.expires_at,
          .edited_at = row.edited_at,
          .delivered_at = row.delivered_at,
          .read_at = row.read_at};
}

void keep_row(store::Transaction& in, const outbox::Lent& lent, const wire::HistoryRow& row, std::int64_t place) {
  store::Message message = message_of(row, lent.own.account_id);
  if (message.expires_at && *message.expires_at <= lent.now) return;
  if (store::messages::find(in, message.ref()) || store::histories::is_deleted(in, message.ref())) return;
  // Its number may be another one's here, of a folder that was put back: the text counts, not the number. Those of this
  // very device are given here alone.
  const bool is_ours_to_give = message.is_outgoing && message.device == lent.own.device;
  if (is_ours_to_give || store::messages::seen(in, message) != store::messages::Seen::no) message.seq = 0;
  const std::int64_t id = store::messages::keep_earlier(in, message, place);
  for (const auto& one : row.reactions) store::messages::react(in, id, one.account, one.emoji, one.at);
  for (const auto& one : row.earlier) store::messages::keep_earlier_text(in, id, one.at, one.text);
}

/// Only what was said by one of the two in a conversation, or by ourselves to ourselves.
bool is_sound(const wire::HistoryRow& row, const wire::AccountId& own) {
  const bool is_ours = row.ref.account == own;
  const bool is_state_right = is_ours ? row.state != static_cast<std::uint8_t>(store::State::received)
                                      : row.state == static_cast<std::uint8_t>(store::State::received);
  return (is_ours || row.ref.account == row.conversation) && is_state_right;
}

void post(store::Transaction& in, const outbox::Lent& lent, wire::Body body) {
  const store::Outgoing made{.account = lent.own.account_id,
                             .about = lent.own.account_id,
                             .message_id = lent.random.bytes<16>(),
                             .sent_at = store::own_account::next_sent_at(in, lent.now),
                             .body = std::move(body)};
  store::outgoing::keep(in, made);
}

/// The part behind what has left.
///
/// returns  whether there was one
bool post_next(store::Transaction& in, const outbox::Lent& lent, store::histories::Given& given) {
  const auto rows = store::messages::settled_after(in, given.left_to, static_cast<int>(wire::max_history_rows));
  if (rows.empty()) return false;
  std::size_t bytes = 0;
  wire::SyncHistory part{.device = given.device, .first = place_of(rows.front().id)};
  for (const store::Message& row : rows) {
    const std::size_t size = history_row(in, row).serialize().size();
    if (bytes > 0 && bytes + size > part_bytes) break;
    bytes += size;
    given.left_to = row.id;
    ++given.left_count;
  }
  given.total = std::max(given.total, given.left_count);
  part.last = place_of(given.left_to);
  part.done = static_cast<std::uint64_t>(given.left_count);
  part.total = static_cast<std::uint64_t>(given.total);
  ++given.under_way;
  post(in, lent, std::move(part));
  return true;
}

/// As much as may be under way; the end, when nothing is left.
void go_on(store::Transaction& in, const outbox::Lent& lent, store::histories::Given& given) {
  given.at = lent.now;
  while (given.under_way < most_under_way && post_next(in, lent, given)) {
  }
  if (given.under_way == 0 && !given.is_done) {
    given.is_done = true;
    given.total = given.done;
    const auto all = static_cast<std::uint64_t>(given.done);
    post(in, lent, wire::SyncHistory{.device = given.device, .done = all, .total = all, .is_end = true});
  }
  store::histories::keep(in, given);
}

HistoryNow now_of(const store::histories::Given& given) {
  return {.other = given.device, .done = given.done, .total = given.total, .is_done = given.is_done};
}

HistoryNow now_of(const store::histories::Coming& coming) {
  return {
      .other = coming.giver, .is_coming = true, .done = coming.done, .total = coming.total, .is_done = coming.is_done};
}

const wire::Device* device_on(const wire::DeviceList& list, const store::histories::Given& given) {
  const wire::Device* device = list.device(given.device);
  return device != nullptr && device->identity_key.serialize() == given.identity_key ? device : nullptr;
}

wire::DeviceList list_of(const store::OwnAccount& own) {
  auto list = wire::DeviceList::parse(own.introduction.list.statement);
  CHECK(list);
  return *std::move(list);
}

}  // namespace

Result<std::int64_t> give(Engine& engine, wire::DeviceNumber number) {
  TRY(const store::OwnAccount own, engine.own());
  const wire::DeviceList list = list_of(own);
  const wire::Device* device = list.device(number);
  if (device == nullptr) return refused("this account has no device " + std::to_string(number.value));
  if (number == own.device) return refused("this is that very device");
  if (!own.account_key) return refused("only an admin device gives the history to others");
  auto begun = engine.parts().store.transact([&](store::Transaction& in) -> Result<std::int64_t> {
    store::histories::Given given{.device = number,
                                  .identity_key = device->identity_key.serialize(),
                                  .at = engine.parts().clock.now(),
                                  .left_to = -middle,
                                  .taken_to = -middle,
                                  .total = store::messages::count_settled(in, -middle, middle)};
    go_on(in, engine.lent(own), given);
    return given.total;
  });
  engine.wake_sending();
  return begun;
}

Result<std::int64_t> count(Engine& engine) {
  return engine.parts().store.transact([](store::Transaction& in) -> Result<std::int64_t> {
    return store::messages::count_settled(in, -middle, middle);
  });
}

Result<std::vector<HistoryNow>> progress(Engine& engine) {
  return engine.parts().store.transact([](store::Transaction& in) -> Result<std::vector<HistoryNow>> {
    std::vector<HistoryNow> made;
    for (const auto& given : store::histories::all_given(in)) made.push_back(now_of(given));
    for (const auto& coming : store::histories::all_coming(in)) made.push_back(now_of(coming));
    return made;
  });
}

void fill(store::Transaction& in, wire::SyncHistory& part, const store::PeerDevice& device) {
  const auto given = store::histories::given_to(in, device.number);
  const bool is_for_it =
      part.device == device.number && given && given->identity_key == device.identity_key.serialize();
  if (part.is_end || !is_for_it) return;
  const auto rows =
      store::messages::settled_after(in, row_of(part.first) - 1, static_cast<int>(wire::max_history_rows));
  for (const store::Message& row : rows) {
    if (row.id > row_of(part.last)) break;
    wire::HistoryRow made = history_row(in, row);
    made.place = place_of(row.id);
    part.rows.push_back(made.serialize());
  }
}

void resume(store::Transaction& in, const outbox::Lent& lent) {
  const wire::DeviceList list = list_of(lent.own);
  for (store::histories::Given& given : store::histories::all_given(in)) {
    const bool is_hopeless = !given.is_done && given.repeats >= most_repeats;
    if (device_on(list, given) == nullptr || is_hopeless) {
      store::histories::forget(in, given.device);
      continue;
    }
    if (given.is_done || lent.now.ms - given.at.ms < repeat_after_ms) continue;
    given.left_to = given.taken_to;
    given.left_count = given.done;
    given.under_way = 0;
    ++given.repeats;
    go_on(in, lent, given);
  }
}

Outcome take(store::Transaction& in, const outbox::Lent& lent, const wire::SyncHistory& part,
             const contents::Speaker& speaker) {
  if (part.device != lent.own.device) {
    const std::string words = "device " + std::to_string(speaker.device.value) + " gives the history to device " +
                              std::to_string(part.device.value);
    store::notices::keep_unless_told(
        in, {.account = {}, .kind = store::Notice::Kind::history_given, .words = words, .at = lent.now});
    return contents::Applied{};
  }
  // Whoever could give a history could put words into a contact's mouth: a device that signs lists has that power
  // anyway.
  if (!own_list::is_admin(lent.own, speaker.device)) return contents::Broken{"only an admin device gives a history"};
  for (const base::Blob& bytes : part.rows) {
    const auto row = wire::HistoryRow::parse(bytes);
    if (!row || !is_sound(*row, lent.own.account_id)) return contents::Broken{"a message of its history is malformed"};
    keep_row(in, lent, *row, row_of(row->place) - earlier_by);
  }
  const store::histories::Coming coming{.giver = speaker.device,
                                        .done = static_cast<std::int64_t>(part.done),
                                        .total = static_cast<std::int64_t>(part.total),
                                        .is_done = part.is_end};
  store::histories::keep(in, coming);
  if (!store::histories::is_any_coming(in)) store::histories::forget_deleted(in);
  if (!part.is_end) post(in, lent, wire::SyncHistoryTaken{.giver = speaker.device, .last = part.last});
  return contents::Overheard{now_of(coming)};
}

Outcome note_taken(store::Transaction& in, const outbox::Lent& lent, const wire::SyncHistoryTaken& taken,
                   const contents::Speaker& speaker) {
  auto given = store::histories::given_to(in, speaker.device);
  if (taken.giver != lent.own.device || !given || given->is_done) return contents::Applied{};
  const std::int64_t row = row_of(taken.last);
  if (row != given->left_to || given->under_way == 0) return contents::Applied{};  // of a part that left again since
  given->done += store::messages::count_settled(in, given->taken_to, row);
  given->taken_to = row;
  given->repeats = 0;
  given->under_way = std::max<std::int64_t>(given->under_way - 1, 0);
  go_on(in, lent, *given);
  return contents::Overheard{now_of(*given)};
}

}  // namespace sotto::client::histories

#include "store/messages.hpp"

#include <algorithm>

#include "store/row.hpp"

namespace sotto::store {
namespace {

constexpr const char* row_name = "row of a message";
constexpr std::string_view columns =
    "SELECT id, conversation, sender, device, message_id, is_outgoing, body, body_kind, seq, sent_at, received_at, "
    "state, reason, is_verified, quote, timer, expires_at, edited_at, is_deleted, delivered_at, read_at FROM messages ";

std::optional<base::Timestamp> optional_time(const Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return base::Timestamp{row.number(column)};
}

/// A quote is kept in the form in which it travels.
std::optional<base::Blob> quote_bytes(const std::optional<wire::Quote>& quote) {
  if (!quote) return std::nullopt;
  return wire::serialize(wire::Text{.text = {}, .quote = *quote});
}

std::optional<wire::Quote> quote_of(const Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  auto body = sound(wire::parse_body(wire::kind_of(wire::Text{}), row.blob(column)), row_name);
  return std::get<wire::Text>(std::move(body)).quote;
}

std::optional<base::View> view_of(const std::optional<base::Blob>& bytes) {
  return bytes ? std::optional<base::View>(*bytes) : std::nullopt;
}

Message message_of(const Statement& row) {
  return {.id = row.number(0),
          .conversation = sound(wire::AccountId::from(row.blob(1)), row_name),
          .sender = sound(wire::AccountId::from(row.blob(2)), row_name),
          .device = wire::DeviceNumber(static_cast<std::uint8_t>(row.number(3))),
          .message_id = sound(base::fixed<16>(row.blob(4)), row_name),
          .is_outgoing = row.number(5) != 0,
          .body = row.text(6),
          .body_kind = static_cast<std::uint32_t>(row.number(7)),
          .seq = static_cast<std::uint64_t>(row.number(8)),
          .sent_at = {row.number(9)},
          .received_at = {row.number(10)},
          .state = static_cast<State>(row.number(11)),
          .reason = row.text(12),
          .is_verified = row.number(13) != 0,
          .quote = quote_of(row, 14),
          .timer = static_cast<std::uint32_t>(row.number(15)),
          .expires_at = optional_time(row, 16),
          .edited_at = optional_time(row, 17),
          .is_deleted = row.number(18) != 0,
          .delivered_at = optional_time(row, 19),
          .read_at = optional_time(row, 20)};
}

std::vector<Message> all(Statement row) {
  std::vector<Message> found;
  while (row.step()) found.push_back(message_of(row));
  return found;
}

}  // namespace

std::string_view to_text(State state) {
  switch (state) {
    case State::queued:
      return "queued";
    case State::encrypted:
      return "encrypted";
    case State::sent:
      return "sent";
    case State::failed:
      return "failed";
    case State::received:
      return "received";
    case State::delivered:
      return "delivered";
    case State::read:
      return "read";
  }
  return "unknown";
}

namespace messages {

namespace {

/// Of a conversation that has none yet: 1, unless this folder was put back from a copy.
std::uint64_t first_seq(Transaction& in) {
  auto row = in.prepare("SELECT CAST(value AS INTEGER) FROM settings WHERE name = 'sequence_base'");
  return row.step() ? static_cast<std::uint64_t>(row.number(0)) + 1 : 1;
}

}  // namespace

std::uint64_t next_seq(Transaction& in, const wire::AccountId& conversation) {
  auto row = in.prepare("SELECT next_seq FROM conversations WHERE account_id = ?");
  const auto seq = row.bind(conversation.view()).step() ? static_cast<std::uint64_t>(row.number(0)) : first_seq(in);
  in.prepare(
        "INSERT INTO conversations (account_id, next_seq) VALUES (?, ?) "
        "ON CONFLICT (account_id) DO UPDATE SET next_seq = excluded.next_seq")
      .bind(conversation.view())
      .bind(static_cast<std::int64_t>(seq + 1))
      .run();
  return seq;
}

std::uint64_t last_seq(Transaction& in, const wire::AccountId& conversation) {
  auto row = in.prepare("SELECT next_seq FROM conversations WHERE account_id = ?");
  return row.bind(conversation.view()).step() ? static_cast<std::uint64_t>(row.number(0) - 1) : first_seq(in) - 1;
}

namespace {

std::int64_t keep_at(Transaction& in, const Message& message, std::optional<std::int64_t> place) {
  const auto quote = quote_bytes(message.quote);
  in.prepare(
        "INSERT INTO messages (id, conversation, sender, device, message_id, is_outgoing, body, body_kind, seq, "
        "sent_at, "
        "received_at, state, reason, is_verified, quote, timer, expires_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind_optional(place)
      .bind(message.conversation.view())
      .bind(message.sender.view())
      .bind(message.device.value)
      .bind(base::View(message.message_id))
      .bind(message.is_outgoing ? 1 : 0)
      .bind(message.body)
      .bind(message.body_kind)
      .bind(static_cast<std::int64_t>(message.seq))
      .bind(message.sent_at.ms)
      .bind(message.received_at.ms)
      .bind(static_cast<std::int64_t>(message.state))
      .bind(message.reason)
      .bind(message.is_verified ? 1 : 0)
      .bind_optional(view_of(quote))
      .bind(message.timer)
      .bind_optional(message.expires_at ? std::optional(message.expires_at->ms) : std::nullopt)
      .run();
  return in.database().last_row_id();
}

}  // namespace

std::int64_t keep(Transaction& in, const Message& message) { return keep_at(in, message, std::nullopt); }

std::vector<Message> settled_after(Transaction& in, std::int64_t after, int limit) {
  auto row = in.prepare(std::string(columns) +
                        "WHERE id > ? AND state IN (2, 4, 5, 6) AND is_deleted = 0 ORDER BY id LIMIT ?");
  row.bind(after).bind(limit);
  return all(std::move(row));
}

std::int64_t count_settled(Transaction& in, std::int64_t after, std::int64_t up_to) {
  auto row =
      in.prepare("SELECT count(*) FROM messages WHERE id > ? AND id <= ? AND state IN (2, 4, 5, 6) AND is_deleted = 0");
  return row.bind(after).bind(up_to).step() ? row.number(0) : 0;
}

std::int64_t keep_earlier(Transaction& in, const Message& message, std::int64_t place) {
  auto taken = in.prepare("SELECT 1 FROM messages WHERE id = ?");
  const bool is_free = !taken.bind(place).step();
  const std::int64_t id = keep_at(in, message, is_free ? std::optional(place) : std::nullopt);
  const auto ms = [](const std::optional<base::Timestamp>& at) { return at ? std::optional(at->ms) : std::nullopt; };
  in.prepare("UPDATE messages SET is_shown = 1, edited_at = ?, delivered_at = ?, read_at = ? WHERE id = ?")
      .bind_optional(ms(message.edited_at))
      .bind_optional(ms(message.delivered_at))
      .bind_optional(ms(message.read_at))
      .bind(id)
      .run();
  return id;
}

void keep_earlier_text(Transaction& in, std::int64_t id, base::Timestamp at, std::string_view text) {
  in.prepare("INSERT INTO earlier_texts (message, at, body) VALUES (?, ?, ?)").bind(id).bind(at.ms).bind(text).run();
}

std::vector<Reacted> dated_reactions(Transaction& in, std::int64_t id) {
  auto row = in.prepare("SELECT account, emoji, at FROM reactions WHERE message = ? ORDER BY at, account");
  row.bind(id);
  std::vector<Reacted> found;
  while (row.step()) {
    found.push_back(
        {.account = sound(wire::AccountId::from(row.blob(0)), row_name), .emoji = row.text(1), .at = {row.number(2)}});
  }
  return found;
}

std::optional<Message> find(Transaction& in, const wire::MessageRef& ref) {
  auto row = in.prepare(std::string(columns) + "WHERE sender = ? AND device = ? AND message_id = ?");
  row.bind(ref.account.view()).bind(ref.device.value).bind(base::View(ref.id));
  if (!row.step()) return std::nullopt;
  return message_of(row);
}

std::optional<Message> load(Transaction& in, std::int64_t id) {
  auto row = in.prepare(std::string(columns) + "WHERE id = ?");
  if (!row.bind(id).step()) return std::nullopt;
  return message_of(row);
}

std::optional<Message> of_own_seq(Transaction& in, const wire::AccountId& conversation, wire::DeviceNumber device,
                                  std::uint64_t seq) {
  auto row = in.prepare(std::string(columns) + "WHERE conversation = ? AND device = ? AND seq = ? AND is_outgoing = 1");
  row.bind(conversation.view()).bind(device.value).bind(static_cast<std::int64_t>(seq));
  if (!row.step()) return std::nullopt;
  return message_of(row);
}

std::uint64_t last_seq_of(Transaction& in, const wire::AccountId& conversation, wire::DeviceNumber device) {
  auto row = in.prepare(
      "SELECT coalesce(max(seq), 0) FROM messages WHERE conversation = ? AND device = ? AND is_outgoing = 1");
  row.bind(conversation.view()).bind(device.value);
  return row.step() ? static_cast<std::uint64_t>(row.number(0)) : 0;
}

Seen seen(Transaction& in, const Message& message) {
  auto row = in.prepare(std::string(columns) + "WHERE sender = ? AND device = ? AND message_id = ?");
  row.bind(message.sender.view()).bind(message.device.value).bind(base::View(message.message_id));
  if (row.step()) {
    const Message held = message_of(row);
    // Another number: it was queued in two copies of one folder, one of which counts on from elsewhere.
    const bool is_same = held.body == message.body && held.body_kind == message.body_kind &&
                         held.sent_at == message.sent_at && held.conversation == message.conversation;
    return is_same ? Seen::same : Seen::id_reused;
  }
  if (message.seq == 0) return Seen::no;
  auto place =
      in.prepare("SELECT 1 FROM messages WHERE conversation = ? AND sender = ? AND device = ? AND seq = ? AND seq > 0");
  place.bind(message.conversation.view())
      .bind(message.sender.view())
      .bind(message.device.value)
      .bind(static_cast<std::int64_t>(message.seq));
  return place.step() ? Seen::seq_reused : Seen::no;
}

void set_state(Transaction& in, std::int64_t id, State state, std::string_view reason) {
  in.prepare("UPDATE messages SET state = ?, reason = ? WHERE id = ?")
      .bind(static_cast<std::int64_t>(state))
      .bind(reason)
      .bind(id)
      .run();
}

void requeue_encrypted(Transaction& in) {
  in.prepare("UPDATE messages SET state = 0 WHERE is_outgoing = 1 AND state = 1").run();
}

void leap_sequences(Transaction& in, std::uint64_t generation) {
  constexpr std::int64_t room = 1 << 20;  // for what is said within one generation
  constexpr std::uint64_t highest = std::uint64_t{1} << 42;
  std::int64_t base = 0;
  {
    auto row = in.prepare("SELECT CAST(value AS INTEGER) FROM settings WHERE name = 'sequence_base'");
    if (row.step()) base = row.number(0);
  }
  const std::int64_t aim = generation < highest ? static_cast<std::int64_t>(generation) * room : 0;
  const std::int64_t leap = std::max(room, aim - base);
  in.prepare(
        "INSERT INTO settings (name, value) VALUES ('sequence_base', ?1) "
        "ON CONFLICT (name) DO UPDATE SET value = CAST(value AS INTEGER) + ?1")
      .bind(std::to_string(leap))
      .run();
  in.prepare("DELETE FROM sequences_out").run();  // where they begin now is said anew
  in.prepare("UPDATE conversations SET next_seq = next_seq + ?").bind(leap).run();
  in.prepare("UPDATE messages SET seq = seq + ? WHERE is_outgoing = 1 AND state < 2").bind(leap).run();
  in.prepare("UPDATE outgoing SET seq = seq + ? WHERE seq > 0").bind(leap).run();
}

std::int64_t count_unsent(Transaction& in) {
  auto row = in.prepare("SELECT count(*) FROM messages WHERE is_outgoing = 1 AND state < 2");
  return row.step() ? row.number(0) : 0;
}

void edit(Transaction& in, const Message& message, std::string_view text, base::Timestamp at) {
  in.prepare("INSERT INTO earlier_texts (message, at, body) VALUES (?, ?, ?)")
      .bind(message.id)
      .bind(message.edited_at.value_or(message.sent_at).ms)
      .bind(message.body)
      .run();
  in.prepare("UPDATE messages SET body = ?, edited_at = ? WHERE id = ?").bind(text).bind(at.ms).bind(message.id).run();
}

std::vector<std::pair<base::Timestamp, std::string>> earlier_texts(Transaction& in, std::int64_t id) {
  auto row = in.prepare("SELECT at, body FROM earlier_texts WHERE message = ? ORDER BY rowid");
  row.bind(id);
  std::vector<std::pair<base::Timestamp, std::string>> found;
  while (row.step()) found.emplace_back(base::Timestamp{row.number(0)}, row.text(1));
  return found;
}

void erase(Transaction& in, std::int64_t id) {
  in.prepare("UPDATE messages SET body = '', quote = NULL, is_deleted = 1, expires_at = NULL WHERE id = ?")
      .bind(id)
      .run();
  in.prepare("DELETE FROM earlier_texts WHERE message = ?").bind(id).run();
  in.prepare("DELETE FROM reactions WHERE message = ?").bind(id).run();
}

void erase_all(Transaction& in, const wire::AccountId& conversation) {
  std::vector<std::int64_t> ids;
  {
    auto row = in.prepare("SELECT id FROM messages WHERE conversation = ?");
    row.bind(conversation.view());
    while (row.step()) ids.push_back(row.number(0));
  }
  for (const std::int64_t id : ids) erase(in, id);
}

std::optional<Message> find_by_id(Transaction& in, const wire::AccountId& conversation, const wire::MessageId& id) {
  auto row = in.prepare(std::string(columns) + "WHERE conversation = ? AND message_id = ? ORDER BY id DESC LIMIT 1");
  row.bind(conversation.view()).bind(base::View(id));
  auto found = all(std::move(row));
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

std::vector<Message> unread(Transaction& in, const wire::AccountId& conversation, std::int64_t last) {
  auto row = in.prepare(std::string(columns) +
                        "WHERE conversation = ? AND id <= ? AND is_outgoing = 0 AND is_shown = 1 AND read_at IS NULL "
                        "AND is_deleted = 0 ORDER BY id");
  row.bind(conversation.view()).bind(last);
  return all(std::move(row));
}

std::int64_t count(Transaction& in, const wire::AccountId& conversation) {
  auto row = in.prepare("SELECT count(*) FROM messages WHERE conversation = ? AND is_deleted = 0");
  return row.bind(conversation.view()).step() ? row.number(0) : 0;
}

void fail_unsent(Transaction& in, const wire::AccountId& conversation, std::string_view reason) {
  in.prepare("UPDATE messages SET state = ?, reason = ? WHERE conversation = ? AND is_outgoing = 1 AND state < ?")
      .bind(static_cast<std::int64_t>(State::failed))
      .bind(reason)
      .bind(conversation.view())
      .bind(static_cast<std::int64_t>(State::sent))
      .run();
}

void react(Transaction& in, std::int64_t id, const wire::AccountId& account, const std::optional<std::string>& emoji,
           base::Timestamp at) {
  if (!emoji) {
    in.prepare("DELETE FROM reactions WHERE message = ? AND account = ?").bind(id).bind(account.view()).run();
    return;
  }
  in.prepare("INSERT OR REPLACE INTO reactions (message, account, emoji, at) VALUES (?, ?, ?, ?)")
      .bind(id)
      .bind(account.view())
      .bind(*emoji)
      .bind(at.ms)
      .run();
}

std::vector<std::pair<wire::AccountId, std::string>> reactions(Transaction& in, std::int64_t id) {
  auto row = in.prepare("SELECT account, emoji FROM reactions WHERE message = ? ORDER BY at, account");
  row.bind(id);
  std::vector<std::pair<wire::AccountId, std::string>> found;
  while (row.step()) found.emplace_back(sound(wire::AccountId::from(row.blob(0)), row_name), row.text(1));
  return found;
}

void set_delivered(Transaction& in, std::int64_t id, base::Timestamp at) {
  in.prepare("UPDATE messages SET delivered_at = coalesce(delivered_at, ?), state = max(state, ?) WHERE id = ?")
      .bind(at.ms)
      .bind(static_cast<std::int64_t>(State::delivered))
      .bind(id)
      .run();
}

void set_read(Transaction& in, std::int64_t id, base::Timestamp at) {
  in.prepare("UPDATE messages SET read_at = coalesce(read_at, ?), state = iif(is_outgoing, ?, state) WHERE id = ?")
      .bind(at.ms)
      .bind(static_cast<std::int64_t>(State::read))
      .bind(id)
      .run();
}

void set_expires_at(Transaction& in, std::int64_t id, base::Timestamp at) {
  in.prepare("UPDATE messages SET expires_at = coalesce(expires_at, ?) WHERE id = ?").bind(at.ms).bind(id).run();
}

std::optional<base::Timestamp> expire(Transaction& in, base::Timestamp now) {
  std::vector<std::int64_t> due;
  {
    auto row = in.prepare("SELECT id FROM messages WHERE expires_at <= ?");
    row.bind(now.ms);
    while (row.step()) due.push_back(row.number(0));
  }
  for (const std::int64_t id : due) erase(in, id);
  return next_expiry(in);
}

std::optional<base::Timestamp> next_expiry(Transaction& in) {
  auto next = in.prepare("SELECT min(expires_at) FROM messages WHERE expires_at IS NOT NULL");
  if (!next.step() || next.is_null(0)) return std::nullopt;
  return base::Timestamp{next.number(0)};
}

std::uint32_t timer_of(Transaction& in, const wire::AccountId& conversation) {
  auto row = in.prepare("SELECT timer FROM conversations WHERE account_id = ?");
  return row.bind(conversation.view()).step() ? static_cast<std::uint32_t>(row.number(0)) : 0;
}

void set_timer(Transaction& in, const wire::AccountId& conversation, std::uint32_t seconds) {
  in.prepare(
        "INSERT INTO conversations (account_id, next_seq, timer) VALUES (?, ?, ?) "
        "ON CONFLICT (account_id) DO UPDATE SET timer = excluded.timer")
      .bind(conversation.view())
      .bind(static_cast<std::int64_t>(first_seq(in)))
      .bind(seconds)
      .run();
}

std::vector<Message> not_shown(Transaction& in, int limit) {
  auto row = in.prepare(std::string(columns) + "WHERE is_outgoing = 0 AND is_shown = 0 ORDER BY id LIMIT ?");
  row.bind(limit);
  return all(std::move(row));
}

void set_shown(Transaction& in, std::int64_t id) {
  in.prepare("UPDATE messages SET is_shown = 1 WHERE id = ?").bind(id).run();
}

std::vector<Message> history(Transaction& in, const wire::AccountId& conversation, std::optional<std::int64_t> limit) {
  auto row = in.prepare(std::string(columns) + "WHERE conversation = ? ORDER BY id DESC LIMIT ?");
  row.bind(conversation.view()).bind(limit.value_or(-1));
  auto found = all(std::move(row));
  std::ranges::reverse(found);
  return found;
}

}  // namespace messages

namespace refusals {

void keep(Transaction& in, base::View fingerprint, std::string_view reason, base::Timestamp now) {
  in.prepare("INSERT OR IGNORE INTO refusals (fingerprint, reason, at) VALUES (?, ?, ?)")
      .bind(fingerprint)
      .bind(reason)
      .bind(now.ms)
      .run();
  if (count(in) <= max_kept) return;
  in.prepare("DELETE FROM refusals WHERE fingerprint IN (SELECT fingerprint FROM refusals ORDER BY at LIMIT ?)")
      .bind(max_kept / 10)
      .run();
}

std::optional<std::string> reason(Transaction& in, base::View fingerprint) {
  auto row = in.prepare("SELECT reason FROM refusals WHERE fingerprint = ?");
  if (!row.bind(fingerprint).step()) return std::nullopt;
  return row.text(0);
}

void note_accepted(Transaction& in, base::View fingerprint, base::Timestamp now) {
  constexpr std::uint32_t kept_days = 30;
  const std::uint32_t today = base::day_of(now).value;
  in.prepare("INSERT OR IGNORE INTO accepted_envelopes (fingerprint, day) VALUES (?, ?)")
      .bind(fingerprint.first(16))
      .bind(today)
      .run();
  in.prepare("DELETE FROM accepted_envelopes WHERE day < ?").bind(std::int64_t{today} - kept_days).run();
}

bool was_accepted(Transaction& in, base::View fingerprint) {
  auto row = in.prepare("SELECT 1 FROM accepted_envelopes WHERE fingerprint = ?");
  return row.bind(fingerprint.first(16)).step();
}

std::int64_t count(Transaction& in) {
  auto row = in.prepare("SELECT count(*) FROM refusals");
  return row.step() ? row.number(0) : 0;
}

}  // namespace refusals
}  // namespace sotto::store

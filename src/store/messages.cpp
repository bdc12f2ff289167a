#include "store/messages.hpp"

#include <algorithm>

#include "store/row.hpp"

namespace sotto::store {
namespace {

constexpr const char* row_name = "row of a message";
constexpr std::string_view columns =
    "SELECT id, conversation, sender, device, message_id, is_outgoing, body, body_kind, seq, sent_at, received_at, "
    "state, reason, is_verified FROM messages ";

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
          .is_verified = row.number(13) != 0};
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
  }
  return "unknown";
}

namespace messages {

std::uint64_t next_seq(Transaction& in, const wire::AccountId& conversation) {
  auto row = in.prepare("SELECT next_seq FROM conversations WHERE account_id = ?");
  const auto seq = row.bind(conversation.view()).step() ? static_cast<std::uint64_t>(row.number(0)) : 1u;
  in.prepare(
        "INSERT INTO conversations (account_id, next_seq) VALUES (?, ?) "
        "ON CONFLICT (account_id) DO UPDATE SET next_seq = excluded.next_seq")
      .bind(conversation.view())
      .bind(static_cast<std::int64_t>(seq + 1))
      .run();
  return seq;
}

std::int64_t keep(Transaction& in, const Message& message) {
  in.prepare(
        "INSERT INTO messages (conversation, sender, device, message_id, is_outgoing, body, body_kind, seq, sent_at, "
        "received_at, state, reason, is_verified) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
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
      .run();
  return in.database().last_row_id();
}

std::optional<Message> load(Transaction& in, std::int64_t id) {
  auto row = in.prepare(std::string(columns) + "WHERE id = ?");
  if (!row.bind(id).step()) return std::nullopt;
  return message_of(row);
}

Seen seen(Transaction& in, const Message& message) {
  auto row = in.prepare(std::string(columns) + "WHERE sender = ? AND device = ? AND message_id = ?");
  row.bind(message.sender.view()).bind(message.device.value).bind(base::View(message.message_id));
  if (row.step()) {
    const Message held = message_of(row);
    const bool is_same = held.body == message.body && held.body_kind == message.body_kind && held.seq == message.seq &&
                         held.sent_at == message.sent_at && held.conversation == message.conversation;
    return is_same ? Seen::same : Seen::id_reused;
  }
  if (message.seq == 0) return Seen::no;
  auto place = in.prepare("SELECT 1 FROM messages WHERE conversation = ? AND sender = ? AND device = ? AND seq = ?");
  place.bind(message.conversation.view())
      .bind(message.sender.view())
      .bind(message.device.value)
      .bind(static_cast<std::int64_t>(message.seq));
  return place.step() ? Seen::seq_reused : Seen::no;
}

std::vector<Message> unsent(Transaction& in) {
  return all(in.prepare(std::string(columns) + "WHERE is_outgoing = 1 AND state < 2 ORDER BY id"));
}

void set_state(Transaction& in, std::int64_t id, State state, std::string_view reason) {
  in.prepare("UPDATE messages SET state = ?, reason = ? WHERE id = ?")
      .bind(static_cast<std::int64_t>(state))
      .bind(reason)
      .bind(id)
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

namespace outbox {

void keep(Transaction& in, std::int64_t message, base::View request) {
  in.prepare("INSERT OR REPLACE INTO outbox (message, request) VALUES (?, ?)").bind(message).bind(request).run();
}

std::optional<base::Blob> load(Transaction& in, std::int64_t message) {
  auto row = in.prepare("SELECT request FROM outbox WHERE message = ?");
  if (!row.bind(message).step()) return std::nullopt;
  return row.blob(0);
}

void remove(Transaction& in, std::int64_t message) {
  in.prepare("DELETE FROM outbox WHERE message = ?").bind(message).run();
}

std::int64_t count_unsent(Transaction& in) {
  auto row = in.prepare("SELECT count(*) FROM messages WHERE is_outgoing = 1 AND state < 2");
  return row.step() ? row.number(0) : 0;
}

}  // namespace outbox

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

std::int64_t count(Transaction& in) {
  auto row = in.prepare("SELECT count(*) FROM refusals");
  return row.step() ? row.number(0) : 0;
}

}  // namespace refusals
}  // namespace sotto::store

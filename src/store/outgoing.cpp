#include "store/outgoing.hpp"

#include <algorithm>

#include "store/row.hpp"

namespace sotto::store {
namespace {

constexpr const char* row_name = "row of what is to leave";

Outgoing outgoing_of(const Statement& row) {
  Outgoing made{.id = row.number(0),
                .account = sound(wire::AccountId::from(row.blob(1)), row_name),
                .message_id = sound(base::fixed<16>(row.blob(4)), row_name),
                .sent_at = {row.number(5)},
                .seq = static_cast<std::uint64_t>(row.number(6)),
                .not_before = {row.number(9)},
                .attempts = static_cast<int>(row.number(10))};
  if (!row.is_null(2)) made.about = sound(wire::AccountId::from(row.blob(2)), row_name);
  if (!row.is_null(3)) made.message = row.number(3);
  if (!row.is_null(8)) {
    made.body = sound(wire::parse_body(static_cast<std::uint32_t>(row.number(7)), row.blob(8)), row_name);
  }
  if (!row.is_null(11)) made.request = row.blob(11);
  return made;
}

}  // namespace

namespace outgoing {

std::int64_t keep(Transaction& in, const Outgoing& made) {
  auto insert = in.prepare(
      "INSERT INTO outgoing (account, about, message, message_id, sent_at, seq, body_kind, body, not_before) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  insert.bind(made.account.view());
  insert.bind_optional(made.about ? std::optional(made.about->view()) : std::nullopt);
  insert.bind_optional(made.message);
  insert.bind(base::View(made.message_id)).bind(made.sent_at.ms).bind(static_cast<std::int64_t>(made.seq));
  if (made.body) {
    insert.bind(std::int64_t{wire::kind_of(*made.body)}).bind(base::View(wire::serialize(*made.body)));
  } else {
    insert.bind_null().bind_null();
  }
  insert.bind(made.not_before.ms).run();
  return in.database().last_row_id();
}

std::optional<Outgoing> load(Transaction& in, std::int64_t id) {
  auto row = in.prepare(
      "SELECT id, account, about, message, message_id, sent_at, seq, body_kind, body, not_before, attempts, request "
      "FROM outgoing WHERE id = ?");
  if (!row.bind(id).step()) return std::nullopt;
  return outgoing_of(row);
}

std::vector<std::int64_t> waiting(Transaction& in) {
  auto row = in.prepare("SELECT id FROM outgoing ORDER BY id");
  std::vector<std::int64_t> found;
  while (row.step()) found.push_back(row.number(0));
  return found;
}

void remove(Transaction& in, std::int64_t id) { in.prepare("DELETE FROM outgoing WHERE id = ?").bind(id).run(); }

void remove_for(Transaction& in, const wire::AccountId& account) {
  in.prepare("DELETE FROM outgoing WHERE account = ?").bind(account.view()).run();
}

bool replace_text(Transaction& in, std::int64_t message, const wire::Body& body) {
  const base::Blob bytes = wire::serialize(body);
  in.prepare("UPDATE outgoing SET body_kind = ?, body = ?, message = NULL WHERE message = ? AND request IS NULL")
      .bind(std::int64_t{wire::kind_of(body)})
      .bind(base::View(bytes))
      .bind(message)
      .run();
  auto row = in.prepare("SELECT 1 FROM outgoing WHERE message = ?");
  return row.bind(message).step();
}

void keep_request(Transaction& in, std::int64_t id, base::View request) {
  in.prepare("UPDATE outgoing SET request = ? WHERE id = ?").bind(request).bind(id).run();
}

void forget_request(Transaction& in, std::int64_t id) {
  in.prepare("UPDATE outgoing SET request = NULL WHERE id = ?").bind(id).run();
}

void forget_all_requests(Transaction& in) { in.prepare("UPDATE outgoing SET request = NULL").run(); }

std::optional<Outgoing> open_receipt(Transaction& in, const wire::AccountId& account, wire::Receipt::Kind kind) {
  std::vector<std::int64_t> ids;
  {
    auto row = in.prepare(
        "SELECT id FROM outgoing WHERE account = ? AND body_kind = ? AND request IS NULL ORDER BY id DESC LIMIT 4");
    row.bind(account.view()).bind(std::int64_t{wire::kind_of(wire::Receipt{})});
    while (row.step()) ids.push_back(row.number(0));
  }
  for (const std::int64_t id : ids) {
    auto found = load(in, id);
    const auto* receipt = found && found->body ? std::get_if<wire::Receipt>(&*found->body) : nullptr;
    if (receipt != nullptr && receipt->kind == kind && receipt->of.size() < wire::max_named_messages) return found;
  }
  return std::nullopt;
}

void set_body(Transaction& in, std::int64_t id, const wire::Body& body) {
  in.prepare("UPDATE outgoing SET body = ? WHERE id = ?").bind(base::View(wire::serialize(body))).bind(id).run();
}

std::optional<std::int64_t> waiting_heartbeat(Transaction& in, const Outgoing& like) {
  auto row = in.prepare(
      "SELECT id, body FROM outgoing WHERE account = ? AND about IS ? AND body_kind = ? AND request IS NULL");
  row.bind(like.account.view());
  row.bind_optional(like.about ? std::optional(like.about->view()) : std::nullopt);
  row.bind(std::int64_t{wire::kind_of(wire::Heartbeat{})});
  while (row.step()) {
    const auto body = wire::parse_body(wire::kind_of(wire::Heartbeat{}), row.blob(1));
    if (body && !std::get<wire::Heartbeat>(*body).of) return row.number(0);
  }
  return std::nullopt;
}

std::optional<std::uint64_t> first_waiting_seq(Transaction& in, const Outgoing& like) {
  auto row = in.prepare("SELECT min(seq) FROM outgoing WHERE account = ? AND about IS ? AND seq > 0");
  row.bind(like.account.view());
  row.bind_optional(like.about ? std::optional(like.about->view()) : std::nullopt);
  if (!row.step() || row.is_null(0)) return std::nullopt;
  return static_cast<std::uint64_t>(row.number(0));
}

std::optional<base::Timestamp> next_due(Transaction& in, base::Timestamp now) {
  auto row = in.prepare("SELECT min(not_before) FROM outgoing WHERE not_before > ?");
  if (!row.bind(now.ms).step() || row.is_null(0)) return std::nullopt;
  return base::Timestamp{row.number(0)};
}

void put_off(Transaction& in, std::int64_t id, base::Timestamp until) {
  in.prepare("UPDATE outgoing SET not_before = ?, attempts = attempts + 1 WHERE id = ?").bind(until.ms).bind(id).run();
}

}  // namespace outgoing

namespace sequences {
namespace {

Statement& bind(Statement& row, const Line& line) {
  return row.bind(line.account.view()).bind(line.device.value).bind(line.conversation.view());
}

}  // namespace

std::uint64_t first_for(Transaction& in, const Line& line, std::uint64_t seq) {
  {
    auto row = in.prepare("SELECT first FROM sequences_out WHERE account = ? AND device = ? AND conversation = ?");
    if (bind(row, line).step()) return static_cast<std::uint64_t>(row.number(0));
  }
  auto insert = in.prepare("INSERT INTO sequences_out (account, device, conversation, first) VALUES (?, ?, ?, ?)");
  bind(insert, line).bind(static_cast<std::int64_t>(seq)).run();
  return seq;
}

namespace {

std::optional<std::uint64_t> next_of(Transaction& in, const Line& line) {
  auto row = in.prepare("SELECT next FROM sequences_in WHERE account = ? AND device = ? AND conversation = ?");
  if (!bind(row, line).step()) return std::nullopt;
  return static_cast<std::uint64_t>(row.number(0));
}

/// All from `first` to before `end` are missing; from then on `end` is the next.
void expect(Transaction& in, const Line& line, std::uint64_t first, std::uint64_t missing_end, std::uint64_t next,
            base::Timestamp now) {
  const std::uint64_t from = std::max(first, missing_end > max_gap ? missing_end - max_gap : 1);
  for (std::uint64_t lost = from; lost < missing_end; ++lost) {
    auto insert =
        in.prepare("INSERT OR IGNORE INTO gaps (account, device, conversation, seq, since) VALUES (?, ?, ?, ?, ?)");
    bind(insert, line).bind(static_cast<std::int64_t>(lost)).bind(now.ms).run();
  }
  if (from < missing_end) {  // the oldest go: who leaps again and again fills no disk
    auto bound = in.prepare(
        "DELETE FROM gaps WHERE account = ?1 AND device = ?2 AND conversation = ?3 AND seq NOT IN (SELECT seq FROM "
        "gaps "
        "WHERE account = ?1 AND device = ?2 AND conversation = ?3 ORDER BY seq DESC LIMIT ?4)");
    bind(bound, line).bind(static_cast<std::int64_t>(max_gap)).run();
  }
  auto update = in.prepare(
      "INSERT INTO sequences_in (account, device, conversation, next) VALUES (?, ?, ?, ?) "
      "ON CONFLICT (account, device, conversation) DO UPDATE SET next = excluded.next");
  bind(update, line).bind(static_cast<std::int64_t>(next)).run();
}

/// A folder that was put back begins anew far above; what was lost below shows by nothing else. A few numbers are taken
/// for missing, and are gone if they never were.
std::optional<std::uint64_t> next_after_leap(Transaction& in, const Line& line, std::optional<std::uint64_t> start,
                                             base::Timestamp now) {
  constexpr std::uint64_t asked_below = 64;
  const auto next = next_of(in, line);
  if (!next || !start || *start <= *next) return next;
  expect(in, line, *next, std::min(*start, *next + asked_below), *start, now);
  return start;
}

}  // namespace

std::uint64_t note(Transaction& in, const Line& line, std::uint64_t seq, std::optional<std::uint64_t> start,
                   base::Timestamp now) {
  const auto next = next_after_leap(in, line, start, now);
  // Who never said where they begin has begun here; a start that is said later moves nothing back.
  const std::uint64_t expected = next ? *next : start.value_or(seq);
  if (seq < expected) {
    auto found = in.prepare("DELETE FROM gaps WHERE account = ? AND device = ? AND conversation = ? AND seq = ?");
    bind(found, line).bind(static_cast<std::int64_t>(seq)).run();
    return 0;
  }
  expect(in, line, expected, seq, seq + 1, now);
  return seq - expected;
}

std::uint64_t note_last(Transaction& in, const Line& line, std::uint64_t last, std::optional<std::uint64_t> start,
                        base::Timestamp now) {
  const auto known = next_after_leap(in, line, start, now);
  const auto next = known ? known : start;
  if (!next || last < *next) return 0;
  expect(in, line, *next, last + 1, last + 1, now);
  return last + 1 - *next;
}

std::vector<std::uint64_t> missing(Transaction& in, const Line& line) {
  auto row = in.prepare(
      "SELECT seq FROM gaps WHERE account = ? AND device = ? AND conversation = ? AND is_gone = 0 ORDER BY seq");
  bind(row, line);
  std::vector<std::uint64_t> found;
  while (row.step()) found.push_back(static_cast<std::uint64_t>(row.number(0)));
  return found;
}

std::vector<Gap> open_gaps(Transaction& in, base::Timestamp since, base::Timestamp asked) {
  auto row = in.prepare(
      "SELECT account, device, conversation, seq FROM gaps WHERE is_gone = 0 AND since <= ? AND "
      "coalesce(asked_at, 0) <= ? ORDER BY account, device, conversation, seq");
  row.bind(since.ms).bind(asked.ms);
  std::vector<Gap> found;
  while (row.step()) {
    const Line line{.account = sound(wire::AccountId::from(row.blob(0)), row_name),
                    .device = wire::DeviceNumber(static_cast<std::uint8_t>(row.number(1))),
                    .conversation = sound(wire::AccountId::from(row.blob(2)), row_name)};
    const bool is_same = !found.empty() && found.back().line.account == line.account &&
                         found.back().line.device == line.device && found.back().line.conversation == line.conversation;
    if (!is_same) found.push_back({.line = line, .seqs = {}});
    if (found.back().seqs.size() < wire::max_named_messages)
      found.back().seqs.push_back(static_cast<std::uint64_t>(row.number(3)));
  }
  return found;
}

void set_asked(Transaction& in, const Line& line, base::Timestamp now) {
  auto update = in.prepare("UPDATE gaps SET asked_at = ? WHERE account = ? AND device = ? AND conversation = ?");
  update.bind(now.ms);
  bind(update, line).run();
}

void set_gone(Transaction& in, const Line& line, const std::vector<std::uint64_t>& seqs) {
  for (const std::uint64_t seq : seqs) {
    auto update =
        in.prepare("UPDATE gaps SET is_gone = 1 WHERE account = ? AND device = ? AND conversation = ? AND seq = ?");
    bind(update, line).bind(static_cast<std::int64_t>(seq)).run();
  }
}

std::int64_t count_missing(Transaction& in, const wire::AccountId& conversation) {
  auto row = in.prepare("SELECT count(*) FROM gaps WHERE conversation = ? AND is_gone = 0");
  return row.bind(conversation.view()).step() ? row.number(0) : 0;
}

void confirm(Transaction& in, const Line& line, std::uint64_t seq) {
  auto update = in.prepare(
      "UPDATE sequences_out SET confirmed = max(confirmed, ?) WHERE account = ? AND device = ? AND conversation = ?");
  update.bind(static_cast<std::int64_t>(seq));
  bind(update, line).run();
}

bool is_confirmed(Transaction& in, const Line& line, std::uint64_t seq) {
  auto row = in.prepare("SELECT confirmed FROM sequences_out WHERE account = ? AND device = ? AND conversation = ?");
  return bind(row, line).step() && static_cast<std::uint64_t>(row.number(0)) >= seq;
}

}  // namespace sequences

namespace tails {

void keep(Transaction& in, const wire::AccountId& account, const wire::AccountId& conversation, base::Timestamp due) {
  in.prepare("INSERT OR REPLACE INTO tails (account, conversation, due) VALUES (?, ?, ?)")
      .bind(account.view())
      .bind(conversation.view())
      .bind(due.ms)
      .run();
}

std::vector<Tail> take_due(Transaction& in, base::Timestamp now) {
  std::vector<Tail> found;
  auto row = in.prepare("SELECT account, conversation FROM tails WHERE due <= ? ORDER BY due");
  row.bind(now.ms);
  while (row.step()) {
    found.push_back({.account = sound(wire::AccountId::from(row.blob(0)), "tail"),
                     .conversation = sound(wire::AccountId::from(row.blob(1)), "tail")});
  }
  in.prepare("DELETE FROM tails WHERE due <= ?").bind(now.ms).run();
  return found;
}

}  // namespace tails
}  // namespace sotto::store

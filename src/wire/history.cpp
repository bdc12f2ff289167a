#include "wire/history.hpp"

#include "wire/utf8.hpp"

namespace sotto::wire {
namespace {

constexpr std::size_t max_row = max_text + 8 * max_statement;

std::uint64_t ms(base::Timestamp at) { return at.ms < 0 ? 0 : static_cast<std::uint64_t>(at.ms); }
base::Timestamp time(std::uint64_t value) { return {static_cast<std::int64_t>(value)}; }

std::optional<base::Timestamp> optional_time(StrictReader& read, std::uint32_t field) {
  const auto found = read.optional_number(field, 0, INT64_MAX);
  if (!found) return std::nullopt;
  return time(*found);
}

void write_time(StrictWriter& made, std::uint32_t field, const std::optional<base::Timestamp>& at) {
  if (at) made.number(field, ms(*at));
}

base::Result<HistoryRow::Reacted, ParseError> read_reaction(base::View bytes) {
  StrictReader read(bytes);
  HistoryRow::Reacted made{.account = read.account_id(1),
                           .emoji = base::text(read.bytes(2, 1, max_emoji)),
                           .at = time(read.number(3, 0, INT64_MAX))};
  TRY_VOID(read.finish());
  if (!is_utf8(made.emoji)) return ParseError::out_of_range;
  return made;
}

base::Result<HistoryRow::Earlier, ParseError> read_earlier(base::View bytes) {
  StrictReader read(bytes, max_row);
  HistoryRow::Earlier made{.at = time(read.number(1, 0, INT64_MAX)), .text = base::text(read.bytes(2, 0, max_text))};
  TRY_VOID(read.finish());
  if (!is_utf8(made.text)) return ParseError::out_of_range;
  return made;
}

}  // namespace

base::Blob HistoryRow::serialize() const {
  StrictWriter made;
  made.bytes(1, conversation.view()).bytes(2, ref.account.view()).number(3, ref.device.value).bytes(4, ref.id);
  made.number(5, kind).bytes(6, wire::serialize(Body(text)));
  if (seq > 0) made.number(7, seq);
  made.number(8, ms(sent_at)).number(9, ms(received_at)).number(10, state);
  if (is_verified) made.number(11, 1);
  write_time(made, 12, expires_at);
  write_time(made, 13, edited_at);
  write_time(made, 14, delivered_at);
  write_time(made, 15, read_at);
  for (const Reacted& one : reactions)
    made.bytes(16, StrictWriter().bytes(1, one.account.view()).bytes(2, one.emoji).number(3, ms(one.at)).done());
  for (const Earlier& one : earlier) made.bytes(17, StrictWriter().number(1, ms(one.at)).bytes(2, one.text).done());
  return made.number(18, place).done();
}

base::Result<HistoryRow, ParseError> HistoryRow::parse(base::View bytes) {
  StrictReader read(bytes, max_row);
  HistoryRow made;
  made.conversation = read.account_id(1);
  made.ref.account = read.account_id(2);
  made.ref.device = DeviceNumber(static_cast<std::uint8_t>(read.number(3, 1, 127)));
  made.ref.id = read.fixed<16>(4);
  made.kind = read.number32(5, first_body, last_body);
  const base::View text = read.bytes(6);
  made.seq = read.optional_number(7, 1, INT64_MAX).value_or(0);
  made.sent_at = time(read.number(8, 0, INT64_MAX));
  made.received_at = time(read.number(9, 0, INT64_MAX));
  made.state = static_cast<std::uint8_t>(read.number(10, 2, 6));
  made.is_verified = read.optional_number(11, 1, 1).has_value();
  made.expires_at = optional_time(read, 12);
  made.edited_at = optional_time(read, 13);
  made.delivered_at = optional_time(read, 14);
  made.read_at = optional_time(read, 15);
  const auto reactions = read.repeated_bytes(16, max_history_parts);
  const auto earlier = read.repeated_bytes(17, max_history_parts);
  made.place = read.number(18, 1, INT64_MAX);
  TRY_VOID(read.finish());
  if (made.state == 3) return ParseError::out_of_range;  // what failed is nobody else's
  TRY(Body body, parse_body(kind_of(Text{}), text));
  made.text = std::get<Text>(std::move(body));
  for (const base::View one : reactions) {
    TRY(Reacted reacted, read_reaction(one));
    made.reactions.push_back(std::move(reacted));
  }
  for (const base::View one : earlier) {
    TRY(Earlier text_before, read_earlier(one));
    made.earlier.push_back(std::move(text_before));
  }
  return made;
}

}  // namespace sotto::wire

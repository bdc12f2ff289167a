#include "wire/content.hpp"

#include "base/check.hpp"
#include "wire/utf8.hpp"

namespace sotto::wire {
namespace {

constexpr std::uint32_t first_body = 16, text_body = 16, last_body = 63;

base::Blob serialize_view(const ListView& view) {
  return StrictWriter()
      .number(1, view.order.links)
      .number(2, view.order.epoch)
      .number(3, view.order.version)
      .bytes(4, view.list_hash)
      .done();
}

base::Result<ListView, ParseError> parse_view(base::View bytes) {
  StrictReader read(bytes);
  ListView made{.order = {.links = read.number32(1), .epoch = read.number32(2, 1), .version = read.number32(3, 1)},
                .list_hash = read.fixed<32>(4)};
  TRY_VOID(read.finish());
  return made;
}

base::Result<Text, ParseError> parse_text(base::View bytes) {
  StrictReader read(bytes, max_text + 16);
  Text made{base::text(read.bytes(1, 0, max_text))};
  TRY_VOID(read.finish());
  if (!is_utf8(made.text)) return ParseError::out_of_range;
  return made;
}

/// Exactly one body, of a kind that is known or not yet.
base::Result<std::variant<Text, UnknownBody>, ParseError> parse_body(StrictReader& read) {
  const auto kind = read.peek();
  if (!kind || *kind < first_body || *kind > last_body) {
    TRY_VOID(read.finish());
    return ParseError::missing_field;
  }
  const base::View body = read.bytes(*kind);
  TRY_VOID(read.finish());
  if (*kind != text_body) return std::variant<Text, UnknownBody>(UnknownBody{*kind});
  TRY(Text text, parse_text(body));
  return std::variant<Text, UnknownBody>(std::move(text));
}

bool is_claimable(const std::string& name) { return !name.empty() && to_nfc(name) == name; }

}  // namespace

base::Blob Content::serialize() const {
  const Text* text = std::get_if<Text>(&body);
  CHECK(text != nullptr);
  StrictWriter write;
  write.bytes(1, message_id)
      .number(2, static_cast<std::uint64_t>(sent_at.ms))
      .bytes(3, recipient.view())
      .number(5, seq);
  if (seq_start) write.number(6, *seq_start);
  write.bytes(7, serialize_view(own_list));
  if (view) write.bytes(9, serialize_view(*view));
  if (introduction) write.bytes(10, introduction->serialize());
  if (claimed_name) write.bytes(11, *claimed_name);
  write.optional_bytes(12, reply_permit);
  return write.bytes(text_body, StrictWriter().bytes(1, text->text).done()).done();
}

base::Result<Content, ParseError> Content::parse(base::View bytes) {
  StrictReader read(bytes, max_content);
  Content made;
  made.message_id = read.fixed<16>(1);
  made.sent_at = {static_cast<std::int64_t>(read.number(2, 1, INT64_MAX))};
  made.recipient = read.account_id(3);  // 4, a group id in its place, is refused as unknown until there are groups
  made.seq = read.number(5);
  made.seq_start = read.optional_number(6, 1);
  const base::View own_list = read.bytes(7);
  const auto view = read.optional_bytes(9);  // 8 stays empty for ever: a plaintext content's decryption error
  const auto introduction = read.optional_bytes(10);
  const auto claimed_name = read.optional_bytes(11, 1, max_claimed_name);
  made.reply_permit = read.optional_fixed<16>(12);
  // 13, sync_for, is refused as unknown: no account has a second device yet.
  TRY(made.body, parse_body(read));
  TRY(made.own_list, parse_view(own_list));
  if (view) {
    TRY(made.view, parse_view(*view));
  }
  if (introduction) {
    TRY(made.introduction, Introduction::parse(*introduction));
  }
  if (claimed_name) {
    made.claimed_name = base::text(*claimed_name);
    if (!is_claimable(*made.claimed_name)) return ParseError::out_of_range;
  }
  return made;
}

}  // namespace sotto::wire

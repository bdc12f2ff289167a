#include "wire/content.hpp"

#include "wire/utf8.hpp"

namespace sotto::wire {
namespace {

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

/// Exactly one body, of a kind that is known or not yet.
base::Result<Body, ParseError> read_body(StrictReader& read) {
  const auto kind = read.peek();
  if (!kind || *kind < first_body || *kind > last_body) {
    TRY_VOID(read.finish());
    return ParseError::missing_field;
  }
  const base::View body = read.bytes(*kind);
  TRY_VOID(read.finish());
  return parse_body(*kind, body);
}

bool is_claimable(const std::string& name) { return !name.empty() && to_nfc(name) == name; }

}  // namespace

base::Blob Content::serialize() const {
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
  if (sync_for) write.bytes(13, sync_for->view());
  return write.bytes(kind_of(body), wire::serialize(body)).done();
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
  const auto sync_for = read.optional_bytes(13, 16, 16);
  TRY(made.body, read_body(read));
  if (sync_for) {
    made.sync_for = AccountId::from(*sync_for);
    if (!made.sync_for) return ParseError::out_of_range;
  }
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

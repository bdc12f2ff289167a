#include "wire/bodies.hpp"

#include "base/check.hpp"
#include "wire/utf8.hpp"

namespace sotto::wire {
namespace {

constexpr std::size_t max_body = max_text + 4 * max_statement;

template <class Of>
constexpr std::uint32_t field = 0;
template <>
constexpr std::uint32_t field<Text> = 16;
template <>
constexpr std::uint32_t field<Reaction> = 17;
template <>
constexpr std::uint32_t field<Edit> = 18;
template <>
constexpr std::uint32_t field<Deletion> = 19;
template <>
constexpr std::uint32_t field<Receipt> = 20;
template <>
constexpr std::uint32_t field<Typing> = 21;
template <>
constexpr std::uint32_t field<TimerChange> = 22;
template <>
constexpr std::uint32_t field<Acceptance> = 23;
template <>
constexpr std::uint32_t field<Heartbeat> = 24;
template <>
constexpr std::uint32_t field<GapQuestion> = 25;
template <>
constexpr std::uint32_t field<GapAnswer> = 26;
template <>
constexpr std::uint32_t field<Profile> = 27;
template <>
constexpr std::uint32_t field<Replacement> = 28;
template <>
constexpr std::uint32_t field<Resent> = 29;
template <>
constexpr std::uint32_t field<SyncAccount> = 40;
template <>
constexpr std::uint32_t field<SyncContacts> = 41;
template <>
constexpr std::uint32_t field<SyncSettings> = 42;

template <>
constexpr std::uint32_t field<SyncHistory> = 43;
template <>
constexpr std::uint32_t field<SyncHistoryTaken> = 44;

// Parts

base::Blob serialize_ref(const MessageRef& ref) {
  return StrictWriter().bytes(1, ref.account.view()).number(2, ref.device.value).bytes(3, ref.id).done();
}

base::Result<MessageRef, ParseError> parse_ref(base::View bytes) {
  StrictReader read(bytes);
  MessageRef made;
  made.account = read.account_id(1);
  made.device = DeviceNumber(static_cast<std::uint8_t>(read.number(2, 1, 127)));
  made.id = read.fixed<16>(3);
  TRY_VOID(read.finish());
  return made;
}

base::Result<std::string, ParseError> utf8(base::View bytes) {
  std::string text = base::text(bytes);
  if (!is_utf8(text)) return ParseError::out_of_range;
  return text;
}

base::Result<std::optional<std::string>, ParseError> optional_utf8(const std::optional<base::View>& bytes) {
  if (!bytes) return std::optional<std::string>();
  TRY(std::string text, utf8(*bytes));
  return std::optional<std::string>(std::move(text));
}

base::Blob packed_numbers(const std::vector<std::uint64_t>& numbers) {
  base::Blob packed;
  for (const std::uint64_t number : numbers)
    for (int shift = 56; shift >= 0; shift -= 8) packed.push_back(static_cast<std::uint8_t>(number >> shift));
  return packed;
}

base::Result<std::vector<std::uint64_t>, ParseError> parse_numbers(base::View packed) {
  if (packed.size() % 8 != 0) return ParseError::wrong_length;
  std::vector<std::uint64_t> numbers;
  for (std::size_t at = 0; at < packed.size(); at += 8) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < 8; ++i) number = number << 8 | packed[at + i];
    if (number == 0 || number > INT64_MAX || (!numbers.empty() && number <= numbers.back()))
      return ParseError::out_of_range;
    numbers.push_back(number);
  }
  return numbers;
}

// Bodies, each beside its reader

base::Blob write(const Text& text) {
  StrictWriter made;
  made.bytes(1, text.text);
  if (text.quote)
    made.bytes(2, StrictWriter().bytes(1, serialize_ref(text.quote->of)).bytes(2, text.quote->excerpt).done());
  if (text.timer > 0) made.number(3, text.timer);
  return made.done();
}

base::Result<Body, ParseError> read_text(base::View bytes) {
  StrictReader read(bytes, max_body);
  const base::View text = read.bytes(1, 0, max_text);
  const auto quote = read.optional_bytes(2);
  const auto timer = read.optional_number(3, 1, max_timer);
  TRY_VOID(read.finish());
  Text made;
  TRY(made.text, utf8(text));
  made.timer = static_cast<std::uint32_t>(timer.value_or(0));
  if (!quote) return Body(std::move(made));
  StrictReader quoted(*quote);
  const base::View of = quoted.bytes(1);
  const base::View excerpt = quoted.bytes(2, 0, max_excerpt);
  TRY_VOID(quoted.finish());
  Quote kept;
  TRY(kept.of, parse_ref(of));
  TRY(kept.excerpt, utf8(excerpt));
  made.quote = std::move(kept);
  return Body(std::move(made));
}

base::Blob write(const Reaction& reaction) {
  StrictWriter made;
  made.bytes(1, serialize_ref(reaction.to));
  if (reaction.emoji) made.bytes(2, *reaction.emoji);
  return made.done();
}

base::Result<Body, ParseError> read_reaction(base::View bytes) {
  StrictReader read(bytes);
  const base::View to = read.bytes(1);
  const auto emoji = read.optional_bytes(2, 1, max_emoji);
  TRY_VOID(read.finish());
  Reaction made;
  TRY(made.to, parse_ref(to));
  TRY(made.emoji, optional_utf8(emoji));
  return Body(std::move(made));
}

base::Blob write(const Edit& edit) {
  return StrictWriter().bytes(1, serialize_ref(edit.of)).bytes(2, edit.text).done();
}

base::Result<Body, ParseError> read_edit(base::View bytes) {
  StrictReader read(bytes, max_body);
  const base::View of = read.bytes(1);
  const base::View text = read.bytes(2, 1, max_text);
  TRY_VOID(read.finish());
  Edit made;
  TRY(made.of, parse_ref(of));
  TRY(made.text, utf8(text));
  return Body(std::move(made));
}

base::Blob write(const Deletion& deletion) { return StrictWriter().bytes(1, serialize_ref(deletion.of)).done(); }

base::Result<Body, ParseError> read_deletion(base::View bytes) {
  StrictReader read(bytes);
  const base::View of = read.bytes(1);
  TRY_VOID(read.finish());
  Deletion made;
  TRY(made.of, parse_ref(of));
  return Body(made);
}

base::Blob write(const Receipt& receipt) {
  StrictWriter made;
  made.number(1, static_cast<std::uint64_t>(receipt.kind));
  for (const MessageRef& ref : receipt.of) made.bytes(2, serialize_ref(ref));
  return made.done();
}

base::Result<Body, ParseError> read_receipt(base::View bytes) {
  StrictReader read(bytes);
  Receipt made;
  made.kind = static_cast<Receipt::Kind>(read.number(1, 1, 3));
  const auto refs = read.repeated_bytes(2, max_named_messages);
  TRY_VOID(read.finish());
  if (refs.empty()) return ParseError::missing_field;
  for (const base::View one : refs) {
    TRY(const MessageRef ref, parse_ref(one));
    made.of.push_back(ref);
  }
  return Body(std::move(made));
}

base::Blob write(const Typing& typing) { return StrictWriter().number(1, typing.is_typing ? 1 : 0).done(); }
base::Blob write(const TimerChange& timer) { return StrictWriter().number(1, timer.seconds).done(); }
base::Blob write(const Acceptance& acceptance) { return StrictWriter().bytes(1, acceptance.profile_key).done(); }
base::Blob write(const Heartbeat& heartbeat) {
  StrictWriter made;
  made.number(1, heartbeat.last_seq).number(2, heartbeat.asks ? 1 : 0);
  if (heartbeat.of) made.number(3, heartbeat.of->value);
  return made.done();
}
base::Blob write(const GapQuestion& question) {
  return StrictWriter().number(1, question.device.value).bytes(2, packed_numbers(question.seqs)).done();
}
base::Blob write(const GapAnswer& answer) {
  StrictWriter made;
  made.bytes(1, packed_numbers(answer.gone));
  if (answer.of) made.number(2, answer.of->value);
  return made.done();
}

std::optional<DeviceNumber> read_device(StrictReader& read, std::uint32_t number) {
  const auto found = read.optional_number(number, 1, 127);
  if (!found) return std::nullopt;
  return DeviceNumber(static_cast<std::uint8_t>(*found));
}

base::Result<Body, ParseError> read_question(base::View bytes) {
  StrictReader read(bytes);
  const DeviceNumber device(static_cast<std::uint8_t>(read.number(1, 1, 127)));
  const base::View packed = read.bytes(2, 8, 8 * max_named_messages);
  TRY_VOID(read.finish());
  TRY(std::vector<std::uint64_t> numbers, parse_numbers(packed));
  return Body(GapQuestion{.device = device, .seqs = std::move(numbers)});
}

base::Result<Body, ParseError> read_answer(base::View bytes) {
  StrictReader read(bytes);
  const base::View packed = read.bytes(1, 8, 8 * max_named_messages);
  const auto of = read_device(read, 2);
  TRY_VOID(read.finish());
  TRY(std::vector<std::uint64_t> numbers, parse_numbers(packed));
  return Body(GapAnswer{.gone = std::move(numbers), .of = of});
}

base::Blob write(const Resent& resent) {
  return StrictWriter()
      .number(1, resent.device.value)
      .bytes(2, resent.id)
      .number(3, static_cast<std::uint64_t>(resent.sent_at.ms))
      .number(4, resent.seq)
      .bytes(5, write(resent.text))
      .done();
}

base::Result<Body, ParseError> read_resent(base::View bytes) {
  StrictReader read(bytes, max_body);
  Resent made{.device = DeviceNumber(static_cast<std::uint8_t>(read.number(1, 1, 127))),
              .id = read.fixed<16>(2),
              .sent_at = {static_cast<std::int64_t>(read.number(3, 1, INT64_MAX))},
              .seq = read.number(4, 1, INT64_MAX),
              .text = {}};
  const base::View text = read.bytes(5, 0, max_body);
  TRY_VOID(read.finish());
  TRY(Body parsed, read_text(text));
  made.text = std::get<Text>(std::move(parsed));
  return Body(std::move(made));
}

Heartbeat read_heartbeat(StrictReader& read) {
  Heartbeat made;
  made.last_seq = read.number(1, 0, INT64_MAX);
  made.asks = read.number(2, 0, 1) == 1;
  made.of = read_device(read, 3);
  return made;
}

/// Bodies of few fields.
base::Result<Body, ParseError> read_single(std::uint32_t kind, base::View bytes) {
  StrictReader read(bytes);
  Body made;
  switch (kind) {
    case field<Typing>:
      made = Typing{read.number(1, 0, 1) == 1};
      break;
    case field<TimerChange>:
      made = TimerChange{read.number32(1, 0, max_timer)};
      break;
    case field<Acceptance>:
      made = Acceptance{read.fixed<32>(1)};
      break;
    case field<Heartbeat>:
      made = read_heartbeat(read);
      break;
    default:
      CHECK(false);
  }
  TRY_VOID(read.finish());
  return made;
}

base::Blob write(const SyncAccount& account) {
  StrictWriter made;
  made.bytes(1, account.account_secret)
      .bytes(2, account.profile_key)
      .bytes(3, account.link_token)
      .bytes(4, account.user_name)
      .optional_bytes(5, account.account_key);
  if (account.profile_key_count > 0) made.number(6, account.profile_key_count);
  return made.done();
}

base::Result<Body, ParseError> read_account(base::View bytes) {
  StrictReader read(bytes);
  SyncAccount made{.account_secret = read.fixed<32>(1),
                   .profile_key = read.fixed<32>(2),
                   .link_token = read.fixed<16>(3),
                   .user_name = base::text(read.bytes(4, 1, max_claimed_name)),
                   .account_key = read.optional_fixed<32>(5),
                   .profile_key_count = read.optional_number(6, 1, INT64_MAX).value_or(0)};
  TRY_VOID(read.finish());
  if (!is_utf8(made.user_name)) return ParseError::out_of_range;
  return Body(std::move(made));
}

base::Blob write_contact(const SyncContact& contact) {
  StrictWriter made;
  made.bytes(1, contact.account.view())
      .number(2, static_cast<std::uint64_t>(contact.standing))
      .number(3, contact.origin);
  if (contact.nickname) made.bytes(4, *contact.nickname);
  if (contact.claimed_name) made.bytes(5, *contact.claimed_name);
  if (contact.user_name) made.bytes(6, *contact.user_name);
  for (const Permit& permit : contact.permits) made.bytes(7, permit);
  made.optional_bytes(8, contact.verified_root);
  if (contact.timer > 0) made.number(9, contact.timer);
  if (contact.introduction) made.bytes(10, contact.introduction->serialize());
  made.optional_bytes(11, contact.profile_key);
  return made.done();
}

base::Result<SyncContact, ParseError> read_contact(base::View bytes) {
  constexpr std::size_t max_permits = 4;
  StrictReader read(bytes, 4 * max_statement);
  SyncContact made;
  made.account = read.account_id(1);
  made.standing = static_cast<SyncContact::Standing>(read.number(2, 1, 4));
  made.origin = static_cast<std::uint8_t>(read.number(3, 1, 3));
  const auto nickname = read.optional_bytes(4, 1, max_claimed_name);
  const auto claimed_name = read.optional_bytes(5, 1, max_claimed_name);
  const auto user_name = read.optional_bytes(6, 1, max_claimed_name);
  const auto permits = read.repeated_bytes(7, max_permits, 16, 16);
  made.verified_root = read.optional_fixed<33>(8);
  made.timer = static_cast<std::uint32_t>(read.optional_number(9, 1, max_timer).value_or(0));
  const auto introduction = read.optional_bytes(10);
  made.profile_key = read.optional_fixed<32>(11);
  TRY_VOID(read.finish());
  TRY(made.nickname, optional_utf8(nickname));
  TRY(made.claimed_name, optional_utf8(claimed_name));
  TRY(made.user_name, optional_utf8(user_name));
  for (const base::View one : permits) made.permits.push_back(*base::fixed<16>(one));
  if (introduction) {
    TRY(made.introduction, Introduction::parse(*introduction));
  }
  return made;
}

base::Blob write(const SyncContacts& contacts) {
  StrictWriter made;
  for (const SyncContact& contact : contacts.contacts) made.bytes(1, write_contact(contact));
  if (contacts.fills) made.number(2, 1);
  return made.done();
}

base::Result<Body, ParseError> read_contacts(base::View bytes) {
  StrictReader read(bytes, max_body);
  const auto contacts = read.repeated_bytes(1, max_sync_contacts);
  const auto fills = read.optional_number(2, 1, 1);
  TRY_VOID(read.finish());
  SyncContacts made{.contacts = {}, .fills = fills.has_value()};
  for (const base::View one : contacts) {
    TRY(SyncContact contact, read_contact(one));
    made.contacts.push_back(std::move(contact));
  }
  return Body(std::move(made));
}

base::Blob write(const Profile& profile) { return StrictWriter().bytes(1, profile.name).done(); }

base::Result<Body, ParseError> read_profile(base::View bytes) {
  StrictReader read(bytes);
  Profile made{.name = base::text(read.bytes(1, 1, max_claimed_name))};
  TRY_VOID(read.finish());
  if (!is_utf8(made.name)) return ParseError::out_of_range;
  return Body(std::move(made));
}

base::Blob write(const Replacement& replacement) {
  return StrictWriter().bytes(1, replacement.old_account.view()).done();
}

base::Result<Body, ParseError> read_replacement(base::View bytes) {
  StrictReader read(bytes);
  const Replacement made{.old_account = read.account_id(1)};
  TRY_VOID(read.finish());
  return Body(made);
}

base::Blob write(const SyncSettings& settings) {
  StrictWriter made;
  for (const auto& one : settings.settings)
    made.bytes(1, StrictWriter().bytes(1, one.name).number(2, one.is_on ? 1 : 0).done());
  return made.done();
}

base::Result<Body, ParseError> read_settings(base::View bytes) {
  constexpr std::size_t max_name = 32;
  StrictReader read(bytes);
  const auto settings = read.repeated_bytes(1, max_settings);
  TRY_VOID(read.finish());
  if (settings.empty()) return ParseError::out_of_range;
  SyncSettings made;
  for (const base::View one : settings) {
    StrictReader inner(one);
    SyncSettings::One setting{.name = base::text(inner.bytes(1, 1, max_name)), .is_on = inner.number(2, 0, 1) == 1};
    TRY_VOID(inner.finish());
    if (!is_utf8(setting.name)) return ParseError::out_of_range;
    made.settings.push_back(std::move(setting));
  }
  return Body(std::move(made));
}

base::Blob write(const SyncHistory& history) {
  StrictWriter made;
  made.number(1, history.device.value).number(2, history.first).number(3, history.last);
  made.number(4, history.done).number(5, history.total).number(6, history.is_end ? 1 : 0);
  for (const base::Blob& row : history.rows) made.bytes(7, row);
  return made.done();
}

base::Result<Body, ParseError> read_history(base::View bytes) {
  StrictReader read(bytes, max_text + 6 * max_statement);
  SyncHistory made{.device = DeviceNumber(static_cast<std::uint8_t>(read.number(1, 1, 127))),
                   .first = read.number(2, 0, INT64_MAX),
                   .last = read.number(3, 0, INT64_MAX),
                   .done = read.number(4, 0, INT64_MAX),
                   .total = read.number(5, 0, INT64_MAX),
                   .is_end = read.number(6, 0, 1) == 1};
  const auto rows = read.repeated_bytes(7, max_history_rows);
  TRY_VOID(read.finish());
  for (const base::View row : rows) made.rows.push_back(base::blob(row));
  return Body(std::move(made));
}

base::Blob write(const SyncHistoryTaken& taken) {
  return StrictWriter().number(1, taken.giver.value).number(2, taken.last).done();
}

base::Result<Body, ParseError> read_history_taken(base::View bytes) {
  StrictReader read(bytes);
  const SyncHistoryTaken made{.giver = DeviceNumber(static_cast<std::uint8_t>(read.number(1, 1, 127))),
                              .last = read.number(2, 0, INT64_MAX)};
  TRY_VOID(read.finish());
  return Body(made);
}

base::Blob write(const UnknownBody&) {
  CHECK(false);  // nobody sends what they do not know
  return {};
}

}  // namespace

std::uint32_t kind_of(const Body& body) {
  if (const auto* unknown = std::get_if<UnknownBody>(&body)) return unknown->kind;
  return std::visit([](const auto& of) { return field<std::decay_t<decltype(of)>>; }, body);
}

base::Blob serialize(const Body& body) {
  return std::visit([](const auto& of) { return write(of); }, body);
}

base::Result<Body, ParseError> parse_body(std::uint32_t kind, base::View bytes) {
  switch (kind) {
    case field<Text>:
      return read_text(bytes);
    case field<Reaction>:
      return read_reaction(bytes);
    case field<Edit>:
      return read_edit(bytes);
    case field<Deletion>:
      return read_deletion(bytes);
    case field<Receipt>:
      return read_receipt(bytes);
    case field<Typing>:
    case field<TimerChange>:
    case field<Acceptance>:
    case field<Heartbeat>:
      return read_single(kind, bytes);
    case field<GapQuestion>:
      return read_question(bytes);
    case field<GapAnswer>:
      return read_answer(bytes);
    case field<Profile>:
      return read_profile(bytes);
    case field<Replacement>:
      return read_replacement(bytes);
    case field<Resent>:
      return read_resent(bytes);
    case field<SyncAccount>:
      return read_account(bytes);
    case field<SyncContacts>:
      return read_contacts(bytes);
    case field<SyncSettings>:
      return read_settings(bytes);
    case field<SyncHistory>:
      return read_history(bytes);
    case field<SyncHistoryTaken>:
      return read_history_taken(bytes);
    default:
      return Body(UnknownBody{kind});
  }
}

bool is_durable(const Body& body) {
  const std::uint32_t kind = kind_of(body);
  return kind == field<Text> || kind == field<Reaction> || kind == field<Edit> || kind == field<Deletion> ||
         kind == field<TimerChange> || kind == field<Replacement>;
}

bool is_sync(const Body& body) {
  const std::uint32_t kind = kind_of(body);
  return kind == field<SyncAccount> || kind == field<SyncContacts> || kind == field<SyncSettings> ||
         kind == field<SyncHistory> || kind == field<SyncHistoryTaken>;
}

}  // namespace sotto::wire

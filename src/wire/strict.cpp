#include "wire/strict.hpp"

#include "base/check.hpp"

namespace sotto::wire {
namespace {

constexpr std::uint32_t varint_type = 0, bytes_type = 2;
constexpr std::uint32_t first_ignorable = 64;  // unknown fields from here on are kept and ignored
constexpr std::uint64_t max_field = (1u << 29) - 1;

}  // namespace

std::string_view to_text(ParseError error) {
  switch (error) {
    case ParseError::too_long:
      return "is too long";
    case ParseError::truncated:
      return "ends within a field";
    case ParseError::overlong_varint:
      return "has a number that is not in its shortest form";
    case ParseError::wrong_order:
      return "has fields out of order or twice";
    case ParseError::unknown_field:
      return "has a field that this version does not know";
    case ParseError::wrong_type:
      return "has a field of the wrong type";
    case ParseError::wrong_length:
      return "has a field of the wrong length";
    case ParseError::out_of_range:
      return "has a value out of range";
    case ParseError::missing_field:
      return "lacks a field";
  }
  return "is malformed";
}

StrictReader::StrictReader(base::View bytes, std::size_t max) : rest_(bytes) {
  if (bytes.size() > max) {
    refuse(ParseError::too_long);
  } else {
    advance();
  }
}

void StrictReader::refuse(ParseError error) {
  if (!error_) error_ = error;
  next_.reset();
  rest_ = {};
}

std::optional<std::uint64_t> StrictReader::varint() {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < 10; ++i) {
    if (i >= rest_.size()) return refuse(ParseError::truncated), std::nullopt;
    const std::uint8_t byte = rest_[i];
    if (i == 9 && byte > 1) break;
    value |= static_cast<std::uint64_t>(byte & 0x7F) << (7 * i);
    if (byte >= 0x80) continue;
    if (byte == 0 && i > 0) break;
    rest_ = rest_.subspan(i + 1);
    return value;
  }
  return refuse(ParseError::overlong_varint), std::nullopt;
}

void StrictReader::advance() {
  next_.reset();
  if (rest_.empty()) return;
  const auto tag = varint();
  if (!tag) return;
  Field field;
  field.number = static_cast<std::uint32_t>(*tag >> 3);
  field.type = static_cast<std::uint32_t>(*tag & 7);
  if ((*tag >> 3) == 0 || (*tag >> 3) > max_field) return refuse(ParseError::out_of_range);
  if (field.type != varint_type && field.type != bytes_type) return refuse(ParseError::wrong_type);
  const auto value = varint();
  if (!value) return;
  field.value = *value;
  if (field.type == bytes_type) {
    if (*value > rest_.size()) return refuse(ParseError::truncated);
    field.bytes = rest_.first(static_cast<std::size_t>(*value));
    rest_ = rest_.subspan(static_cast<std::size_t>(*value));
  }
  next_ = field;
}

std::optional<std::uint32_t> StrictReader::peek() {
  if (!next_) return std::nullopt;
  return next_->number;
}

std::optional<StrictReader::Field> StrictReader::take(std::uint32_t number, std::uint32_t type, bool is_repeated) {
  if (!next_) return std::nullopt;
  if (next_->number < number) {  // nobody asked for it: below what was taken last, or unknown
    const bool is_behind = next_->number <= last_;
    return refuse(is_behind ? ParseError::wrong_order : ParseError::unknown_field), std::nullopt;
  }
  if (next_->number > number) return std::nullopt;
  if (next_->number == last_ && !is_repeated) return refuse(ParseError::wrong_order), std::nullopt;
  if (next_->type != type) return refuse(ParseError::wrong_type), std::nullopt;
  const Field field = *next_;
  last_ = number;
  advance();
  return field;
}

std::optional<std::uint64_t> StrictReader::optional_number(std::uint32_t field, std::uint64_t min, std::uint64_t max) {
  const auto found = take(field, varint_type, false);
  if (!found) return std::nullopt;
  if (found->value < min || found->value > max) return refuse(ParseError::out_of_range), std::nullopt;
  return found->value;
}

std::uint64_t StrictReader::number(std::uint32_t field, std::uint64_t min, std::uint64_t max) {
  const auto found = optional_number(field, min, max);
  if (!found) refuse(ParseError::missing_field);
  return found.value_or(0);
}

std::optional<base::View> StrictReader::optional_bytes(std::uint32_t field, std::size_t min, std::size_t max) {
  const auto found = take(field, bytes_type, false);
  if (!found) return std::nullopt;
  if (found->bytes.size() < min || found->bytes.size() > max) return refuse(ParseError::wrong_length), std::nullopt;
  return found->bytes;
}

base::View StrictReader::bytes(std::uint32_t field, std::size_t min, std::size_t max) {
  const auto found = optional_bytes(field, min, max);
  if (!found) refuse(ParseError::missing_field);
  return found.value_or(base::View{});
}

std::vector<base::View> StrictReader::repeated_bytes(std::uint32_t field, std::size_t max_count, std::size_t min,
                                                     std::size_t max) {
  std::vector<base::View> found;
  while (const auto one = take(field, bytes_type, !found.empty())) {
    if (one->bytes.size() < min || one->bytes.size() > max) return refuse(ParseError::wrong_length), found;
    if (found.size() == max_count) return refuse(ParseError::out_of_range), found;
    found.push_back(one->bytes);
  }
  return found;
}

AccountId StrictReader::account_id(std::uint32_t field) {
  const auto raw = fixed<16>(field);
  const auto id = AccountId::from(raw);
  if (!id) refuse(ParseError::out_of_range);
  return id.value_or(AccountId{});
}

MailboxId StrictReader::mailbox_id(std::uint32_t field) {
  const auto raw = fixed<16>(field);
  const auto id = MailboxId::from(raw);
  if (!id) refuse(ParseError::out_of_range);
  return id.value_or(MailboxId{});
}

base::Result<void, ParseError> StrictReader::finish() {
  while (next_ && !error_) {
    if (next_->number <= last_) {
      const bool may_repeat = next_->number >= first_ignorable && next_->number == last_;
      if (!may_repeat) refuse(ParseError::wrong_order);
    } else if (next_->number < first_ignorable) {
      refuse(ParseError::unknown_field);
    }
    if (error_) break;
    last_ = next_->number;
    advance();
  }
  if (error_) return *error_;
  return {};
}

void StrictWriter::varint(std::uint64_t value) {
  while (value >= 0x80) {
    bytes_.push_back(static_cast<std::uint8_t>(value | 0x80));
    value >>= 7;
  }
  bytes_.push_back(static_cast<std::uint8_t>(value));
}

StrictWriter& StrictWriter::number(std::uint32_t field, std::uint64_t value) {
  varint(std::uint64_t{field} << 3 | varint_type);
  varint(value);
  return *this;
}

StrictWriter& StrictWriter::bytes(std::uint32_t field, base::View value) {
  varint(std::uint64_t{field} << 3 | bytes_type);
  varint(value.size());
  bytes_.insert(bytes_.end(), value.begin(), value.end());
  return *this;
}

}  // namespace sotto::wire

#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "wire/ids.hpp"

namespace sotto::wire {

/// Which rule of the strict form a statement broke.
enum class ParseError {
  too_long,         // more bytes than this kind of statement may have
  truncated,        // ends within a field
  overlong_varint,  // not the shortest spelling, or more than 64 bits
  wrong_order,      // fields not ascending, or a singular one twice
  unknown_field,    // a number below 64 that this version doesn't know
  wrong_type,       // another wire type than the field's
  wrong_length,     // bytes of another length than the field's
  out_of_range,     // a number, id or text outside its bounds
  missing_field,
};

std::string_view to_text(ParseError error);

constexpr std::size_t max_statement = 16 * 1024;  // bytes (statements.md)

/// Reads a protobuf in the one form that statements may have: ascending fields, singular ones once, minimal varints, no
/// trailing bytes. Unknown fields below 64 refuse, others are ignored (they stay in the bytes, which are never
/// re-made).
///
/// Fields are asked for in ascending order. The first broken rule is kept; until finish() tells it, the values are
/// empty and mean nothing.
class StrictReader {
 public:
  explicit StrictReader(base::View bytes, std::size_t max = max_statement);

  std::uint64_t number(std::uint32_t field, std::uint64_t min = 0, std::uint64_t max = UINT64_MAX);
  std::optional<std::uint64_t> optional_number(std::uint32_t field, std::uint64_t min = 0,
                                               std::uint64_t max = UINT64_MAX);
  std::uint32_t number32(std::uint32_t field, std::uint32_t min = 0, std::uint32_t max = UINT32_MAX) {
    return static_cast<std::uint32_t>(number(field, min, max));
  }

  base::View bytes(std::uint32_t field, std::size_t min = 0, std::size_t max = SIZE_MAX);
  std::optional<base::View> optional_bytes(std::uint32_t field, std::size_t min = 0, std::size_t max = SIZE_MAX);
  std::vector<base::View> repeated_bytes(std::uint32_t field, std::size_t max_count, std::size_t min = 0,
                                         std::size_t max = SIZE_MAX);

  template <std::size_t N>
  base::Bytes<N> fixed(std::uint32_t field) {
    return base::fixed<N>(bytes(field, N, N)).value_or(base::Bytes<N>{});
  }
  template <std::size_t N>
  std::optional<base::Bytes<N>> optional_fixed(std::uint32_t field) {
    const auto found = optional_bytes(field, N, N);
    return found ? base::fixed<N>(*found) : std::nullopt;
  }

  AccountId account_id(std::uint32_t field);
  MailboxId mailbox_id(std::uint32_t field);

  /// The number of the next field, if one is left and nothing went wrong.
  std::optional<std::uint32_t> peek();
  void refuse(ParseError error);
  base::Result<void, ParseError> finish();

 private:
  struct Field {
    std::uint32_t number = 0;
    std::uint32_t type = 0;  // 0 varint, 2 length-delimited
    std::uint64_t value = 0;
    base::View bytes;
  };

  void advance();
  std::optional<Field> take(std::uint32_t field, std::uint32_t type, bool is_repeated);
  std::optional<std::uint64_t> varint();

  base::View rest_;
  std::optional<Field> next_;
  std::uint32_t last_ = 0;
  std::optional<ParseError> error_;
};

/// Writes the same form. Fields are given in ascending order; a present number is written even when it is zero.
class StrictWriter {
 public:
  StrictWriter& number(std::uint32_t field, std::uint64_t value);
  StrictWriter& bytes(std::uint32_t field, base::View value);
  StrictWriter& bytes(std::uint32_t field, std::string_view value) { return bytes(field, base::view(value)); }
  StrictWriter& optional_bytes(std::uint32_t field, const auto& value) {
    return value ? bytes(field, base::View(*value)) : *this;
  }
  base::Blob done() { return std::move(bytes_); }

 private:
  void varint(std::uint64_t value);
  base::Blob bytes_;
};

}  // namespace sotto::wire

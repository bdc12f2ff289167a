#pragma once
#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace sotto::base {

/// 16 bytes in textual order (never the mixed-endian GUID layout).
struct Uuid {
  Bytes<16> bytes{};
  friend auto operator<=>(const Uuid&, const Uuid&) = default;

  unsigned version() const { return bytes[6] >> 4; }
  bool has_rfc_variant() const { return bytes[8] >> 6 == 2; }
};

/// 36 characters, lower case.
std::string to_text(const Uuid& id);
/// Exactly the 36-character hyphenated form, either case.
std::optional<Uuid> parse_uuid(std::string_view text);

}  // namespace sotto::base

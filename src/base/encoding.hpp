#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace sotto::base {

/// Lower-case hexadecimal.
std::string to_hex(View bytes);
/// Either case; nothing if the length is odd or a character is not a hex digit.
std::optional<Blob> from_hex(std::string_view text);

/// base64url without padding (RFC 4648, section 5).
std::string to_base64url(View bytes);
/// Refuses padding, foreign characters, impossible lengths and non-zero spare bits, so that each value has one
/// spelling.
std::optional<Blob> from_base64url(std::string_view text);

}  // namespace sotto::base

#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace sotto::wire {

/// Whether the text is UTF-8 (RFC 3629: shortest form, no surrogates, at most U+10FFFF).
bool is_utf8(std::string_view text);

/// Normalisation form C; nothing if the text is not UTF-8.
std::optional<std::string> to_nfc(std::string_view text);

}  // namespace sotto::wire

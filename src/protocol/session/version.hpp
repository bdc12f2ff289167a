#pragma once
#include <cstdint>

#include "protocol/error.hpp"

namespace sotto::protocol {

constexpr std::uint8_t session_version = 4, oldest_parsed_version = 3;  // §12

/// §0: high nibble the version of this message, low nibble the highest that the sender knows.
constexpr std::uint8_t version_byte(std::uint8_t version) {
  return static_cast<std::uint8_t>(version << 4 | session_version);
}

/// errors  invalid_message  a version that nobody speaks any more, or not yet; the low nibble is not looked at
inline Result<std::uint8_t> parse_version(std::uint8_t byte) {
  const auto version = static_cast<std::uint8_t>(byte >> 4);
  if (version < oldest_parsed_version || version > session_version) return Error::invalid_message;
  return version;
}

}  // namespace sotto::protocol

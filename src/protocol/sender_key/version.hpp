#pragma once
#include <cstdint>

namespace sotto::protocol {

constexpr std::uint8_t sender_key_version = 3;          // §12
constexpr std::uint8_t sender_key_version_byte = 0x33;  // §0: of this message, and the highest that the sender knows

/// Whether the high nibble says version 3; the low one is not looked at, but signed (§7.3).
constexpr bool is_sender_key_version(std::uint8_t byte) { return byte >> 4 == sender_key_version; }

}  // namespace sotto::protocol

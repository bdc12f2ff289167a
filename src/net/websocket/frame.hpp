#pragma once
#include <cstdint>

#include "base/bytes.hpp"

namespace sotto::net {

/// RFC 6455, section 5.2.
enum class Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

/// Which end of the connection somebody is. A client masks what it sends, a server does not (RFC 6455, section 5.1).
enum class End { client, server };

constexpr std::size_t max_control_payload = 125;  // bytes; section 5.5

/// Why a connection ends, as a number (RFC 6455, section 7.4.1).
namespace close_code {
constexpr std::uint16_t normal = 1000, protocol_error = 1002, unacceptable = 1003, none_given = 1005, not_utf8 = 1007,
                        too_large = 1009;
}

}  // namespace sotto::net

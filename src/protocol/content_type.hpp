#pragma once
#include <cstdint>

#include "protocol/session/encrypt.hpp"

namespace sotto::protocol {

/// What a serialized message is, by the API's numbers (signal-protocol.md §0).
enum class ContentType : std::uint8_t { signal = 2, prekey = 3, sender_key = 7, plaintext = 8 };

constexpr ContentType content_type(MessageType type) {
  return type == MessageType::prekey ? ContentType::prekey : ContentType::signal;
}

}  // namespace sotto::protocol

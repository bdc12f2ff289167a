#pragma once
#include <memory>
#include <span>

#include "base/secret.hpp"
#include "sotto/sotto_protocol.h"

namespace sotto::api {

// What goes back to the caller. A function asks first whether everything fits, and only then writes anything.

inline bool is_sound(const sotto_buffer* buffer) {
  return buffer != nullptr && (buffer->data != nullptr || buffer->capacity == 0);
}

/// Whether the bytes fit; if not, the buffer's size says what is needed.
inline bool fits(std::size_t size, sotto_buffer* buffer) {
  if (size <= buffer->capacity) return true;
  buffer->size = size;
  return false;
}

inline void write(base::View bytes, std::uint8_t* to) { std::ranges::copy(bytes, to); }

/// errors  SOTTO_BUFFER_TOO_SMALL
inline sotto_status write(base::View bytes, sotto_buffer* to) {
  if (!fits(bytes.size(), to)) return SOTTO_BUFFER_TOO_SMALL;
  if (!bytes.empty()) std::ranges::copy(bytes, to->data);
  to->size = bytes.size();
  return SOTTO_OK;
}

/// The bytes and what is to be kept with them: both or neither.
template <class Handle, class State>
sotto_status write(base::View bytes, sotto_buffer* to, State state, Handle** after) {
  const sotto_status written = write(bytes, to);
  if (written == SOTTO_OK) *after = new Handle{std::move(state)};
  return written;
}

}  // namespace sotto::api

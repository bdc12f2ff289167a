#pragma once
#include <optional>

#include "base/bytes.hpp"

namespace sotto::wire {

constexpr std::size_t min_padded = 256;  // bytes

/// The Padmé size for `size` bytes: at most 12 % more, and it tells O(log log size) bits about it. At least 256.
std::size_t padded_size(std::size_t size);

/// bytes ‖ 0x80 ‖ zeros, up to the Padmé size (statements.md, "Content").
base::Blob pad(base::View bytes);

/// What was padded; nothing if the marker is missing. The number of zeros is not judged, so that a later policy may pad
/// more.
std::optional<base::View> unpad(base::View padded);

}  // namespace sotto::wire

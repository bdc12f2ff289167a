#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sotto::base {

template <std::size_t N>
using Bytes = std::array<std::uint8_t, N>;
using Blob = std::vector<std::uint8_t>;      // public bytes of any length
using View = std::span<const std::uint8_t>;  // borrowed, for the length of a call

/// The bytes of a text, borrowed.
inline View view(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }

/// A copy of borrowed bytes.
inline Blob blob(View bytes) { return Blob(bytes.begin(), bytes.end()); }

/// The bytes as a text; whether they are UTF-8 is the caller's business.
inline std::string text(View bytes) { return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()); }

/// All parts, one after the other.
inline Blob concat(std::initializer_list<View> parts) {
  std::size_t size = 0;
  for (const View part : parts) size += part.size();
  Blob joined;
  joined.reserve(size);
  for (const View part : parts) joined.insert(joined.end(), part.begin(), part.end());
  return joined;
}

/// Exactly N bytes, or nothing if the length differs.
template <std::size_t N>
std::optional<Bytes<N>> fixed(View bytes) {
  if (bytes.size() != N) return std::nullopt;
  Bytes<N> copy;
  std::ranges::copy(bytes, copy.begin());
  return copy;
}

inline bool same(View left, View right) { return std::ranges::equal(left, right); }  // of public bytes

}  // namespace sotto::base

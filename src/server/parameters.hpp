#pragma once
#include <charconv>

#include "base/encoding.hpp"
#include "server/route.hpp"

/// What stands in the address of a request.
namespace sotto::server {

/// 16 bytes as base64url, the first open segment of the path.
inline std::optional<base::Bytes<16>> id_in(const Call& call) {
  if (call.segments.empty()) return std::nullopt;
  const auto bytes = base::from_base64url(call.segments.front());
  return bytes ? base::fixed<16>(*bytes) : std::nullopt;
}

/// A decimal number, from behind the `?`.
inline std::optional<std::uint64_t> number_in(const Call& call, const std::string& name) {
  const auto found = call.parameters.find(name);
  if (found == call.parameters.end()) return std::nullopt;
  std::uint64_t value = 0;
  const char* const end = found->second.data() + found->second.size();
  const auto [stopped, error] = std::from_chars(found->second.data(), end, value);
  const bool is_number = error == std::errc() && stopped == end && value <= INT64_MAX;
  return is_number ? std::optional(value) : std::nullopt;
}

}  // namespace sotto::server

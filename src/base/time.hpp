#pragma once
#include <compare>
#include <cstdint>
#include <string>

namespace sotto::base {

/// Milliseconds since 1970 UTC.
struct Timestamp {
  std::int64_t ms = 0;
  friend constexpr auto operator<=>(Timestamp, Timestamp) = default;
};

/// Days since 1970 UTC: what statements carry, and the only time that a server keeps about an account.
struct Day {
  std::uint32_t value = 0;
  friend constexpr auto operator<=>(Day, Day) = default;
};

constexpr std::int64_t ms_per_day = 86'400'000;

constexpr Day day_of(Timestamp at) { return {at.ms < 0 ? 0u : static_cast<std::uint32_t>(at.ms / ms_per_day)}; }

/// `2026-11-24 09:51:07` in UTC, for people.
std::string to_text(Timestamp at);

/// `2026-11-24`, for people.
std::string to_text(Day day);

inline std::string log_text(Day day) { return std::to_string(day.value); }

}  // namespace sotto::base

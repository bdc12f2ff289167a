#pragma once
#include <compare>
#include <concepts>
#include <string>

namespace sotto::base {

/// A number that is not any other number: a device id can't stand in a registration id's place.
template <class Tag, std::unsigned_integral Rep>
struct Id {
  Rep value;
  explicit constexpr Id(Rep raw) : value(raw) {}
  friend constexpr auto operator<=>(Id, Id) = default;
};

template <class Tag, class Rep>
std::string log_text(Id<Tag, Rep> id) {
  return std::to_string(id.value);
}

}  // namespace sotto::base

#pragma once
#include <array>
#include <cstdint>

namespace sotto::protocol::spqr {

/// An element of GF(2^16): bit i is the coefficient of x^i, modulo x^16 + x^12 + x^3 + x + 1 (spqr.md §4.1). Sum and
/// difference are ^.
using FieldElement = std::uint16_t;

namespace detail {

constexpr FieldElement reduced(std::uint32_t product) {
  for (int fold = 0; fold < 4; ++fold) {  // x^16 = x^12 + x^3 + x + 1; each fold takes four bits off the top
    const std::uint32_t high = product >> 16;
    product = (product & 0xffff) ^ high ^ high << 1 ^ high << 3 ^ high << 12;
  }
  return static_cast<FieldElement>(product);
}

// What a byte above the 16 bits comes to: one kilobyte, made by the compiler.
template <int Shift>
constexpr auto reduced_bytes = [] {
  std::array<FieldElement, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) table[byte] = reduced(byte << Shift);
  return table;
}();

}  // namespace detail

/// Without carries: an ordinary product of numbers whose bits stand four apart, so that no sum of up to four ones
/// reaches the next bit that counts. A table of logarithms would be quicker, and a quarter megabyte.
constexpr FieldElement multiply(FieldElement left, FieldElement right) {
  constexpr std::uint32_t mask = 0x1111'1111;
  const auto every_fourth = [](std::uint32_t value, int from) { return value & mask << from; };
  std::uint32_t product = 0;
  for (int at = 0; at < 4; ++at) {
    std::uint32_t sum = 0;
    for (int from = 0; from < 4; ++from) sum ^= every_fourth(left, from) * every_fourth(right, (at - from) & 3);
    product |= every_fourth(sum, at);
  }
  return static_cast<FieldElement>(product ^ detail::reduced_bytes<16>[product >> 16 & 0xff] ^
                                   detail::reduced_bytes<24>[product >> 24]);
}

/// 1/value as value^(2^16 − 2); 0 for 0.
constexpr FieldElement inverse(FieldElement value) {
  FieldElement power = value, product = 1;
  for (int bit = 1; bit < 16; ++bit) {
    power = multiply(power, power);
    product = multiply(product, power);
  }
  return product;
}

}  // namespace sotto::protocol::spqr

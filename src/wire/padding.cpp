#include "wire/padding.hpp"

#include <bit>

namespace sotto::wire {

std::size_t padded_size(std::size_t size) {
  if (size <= min_padded) return min_padded;
  const int exponent = static_cast<int>(std::bit_width(size)) - 1;
  const int kept_bits = static_cast<int>(std::bit_width(static_cast<unsigned>(exponent)));
  const std::size_t mask = (std::size_t{1} << (exponent - kept_bits)) - 1;
  return (size + mask) & ~mask;
}

base::Blob pad(base::View bytes) {
  base::Blob padded(bytes.begin(), bytes.end());
  padded.push_back(0x80);
  padded.resize(padded_size(padded.size()), 0);
  return padded;
}

std::optional<base::View> unpad(base::View padded) {
  std::size_t size = padded.size();
  while (size > 0 && padded[size - 1] == 0) --size;
  if (size == 0 || padded[size - 1] != 0x80) return std::nullopt;
  return padded.first(size - 1);
}

}  // namespace sotto::wire

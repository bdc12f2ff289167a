#include "base/uuid.hpp"

#include "base/encoding.hpp"

namespace sotto::base {
namespace {

bool is_hyphen_at(std::size_t position) { return position == 8 || position == 13 || position == 18 || position == 23; }

}  // namespace

std::string to_text(const Uuid& id) {
  std::string text = to_hex(id.bytes);
  for (const std::size_t position : {8u, 13u, 18u, 23u}) text.insert(position, 1, '-');
  return text;
}

std::optional<Uuid> parse_uuid(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_hyphen_at(i) != (text[i] == '-')) return std::nullopt;
    if (!is_hyphen_at(i)) digits += text[i];
  }
  const auto bytes = from_hex(digits);
  if (!bytes) return std::nullopt;
  return Uuid{*fixed<16>(*bytes)};
}

}  // namespace sotto::base

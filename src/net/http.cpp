#include "net/http.hpp"

#include <algorithm>

#include "net/wiping.hpp"

namespace sotto::net {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_name(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, {}, lower, lower);
}

}  // namespace

std::string_view header(const std::vector<Header>& headers, std::string_view name) {
  const auto found = std::ranges::find_if(headers, [name](const Header& h) { return same_name(h.name, name); });
  return found == headers.end() ? std::string_view() : std::string_view(found->value);
}

void wipe_header(std::vector<Header>& headers, std::string_view name) {
  std::erase_if(headers, [name](Header& header) {
    if (!same_name(header.name, name)) return false;
    explicit_bzero(header.value.data(), header.value.size());
    return true;
  });
}

}  // namespace sotto::net

#include "store/settings.hpp"

#include <algorithm>

namespace sotto::store::settings {
namespace {

constexpr Known known[] = {
    {receipts, true, "delivery and read receipts, to contacts"},
    {typing, false, "tell contacts when you are writing, and be told"},
};

}  // namespace

std::span<const Known> all() { return known; }

bool is_known(std::string_view name) { return std::ranges::find(known, name, &Known::name) != std::end(known); }

bool is_on(Transaction& in, std::string_view name, bool otherwise) {
  auto row = in.prepare("SELECT value FROM settings WHERE name = ?");
  return row.bind(name).step() ? row.text(0) == "on" : otherwise;
}

std::optional<std::string> profile_name(Transaction& in) {
  auto row = in.prepare("SELECT value FROM settings WHERE name = 'profile_name'");
  if (!row.step()) return std::nullopt;
  return row.text(0);
}

void set_profile_name(Transaction& in, std::string_view name) {
  in.prepare("INSERT OR REPLACE INTO settings (name, value) VALUES ('profile_name', ?)").bind(name).run();
}

void set(Transaction& in, std::string_view name, bool is_on) {
  in.prepare("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)")
      .bind(name)
      .bind(std::string_view(is_on ? "on" : "off"))
      .run();
}

std::string text(Transaction& in, std::string_view name) {
  auto row = in.prepare("SELECT value FROM settings WHERE name = ?");
  return row.bind(name).step() ? row.text(0) : std::string();
}

void set_text(Transaction& in, std::string_view name, std::string_view value) {
  in.prepare("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)").bind(name).bind(value).run();
}

}  // namespace sotto::store::settings

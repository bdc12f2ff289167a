#include "store/settings.hpp"

namespace sotto::store::settings {

bool is_on(Transaction& in, std::string_view name, bool otherwise) {
  auto row = in.prepare("SELECT value FROM settings WHERE name = ?");
  return row.bind(name).step() ? row.text(0) == "on" : otherwise;
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

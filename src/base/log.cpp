#include "base/log.hpp"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace sotto::base::log {
namespace {

spdlog::level::level_enum spdlog_level(Level level) {
  switch (level) {
    case Level::info:
      return spdlog::level::info;
    case Level::warning:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

constexpr const char* text_pattern = "%Y-%m-%dT%H:%M:%S.%eZ %l %v";
constexpr const char* json_pattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})";

Format format = Format::text;

spdlog::logger& logger() {
  static spdlog::logger instance = [] {
    spdlog::logger made("sotto", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made.set_pattern(text_pattern, spdlog::pattern_time_type::utc);
    made.flush_on(spdlog::level::info);
    return made;
  }();
  return instance;
}

/// In quotes. What is logged is words and numbers; that it can't break its line is not left to those who write it.
std::string json_string(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      quoted += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      quoted += c;
    }
  }
  return quoted += '"';
}

std::string as_json(const std::string& event, std::span<const std::string> fields) {
  std::string members = "\"event\":" + json_string(event);
  if (fields.empty()) return members;
  members += ",\"fields\":[";
  for (const std::string& field : fields) members += json_string(field) + ",";
  members.back() = ']';
  return members;
}

std::string as_text(const std::string& event, std::span<const std::string> fields) {
  std::string line = event;
  for (const std::string& field : fields) line += ' ' + field;
  return line;
}

}  // namespace

void set_up(Format as, Level at_least) {
  format = as;
  logger().set_level(spdlog_level(at_least));
  logger().set_pattern(format == Format::json ? json_pattern : text_pattern, spdlog::pattern_time_type::utc);
}

void write(Level level, Word event, std::span<const std::string> fields) {
  if (!logger().should_log(spdlog_level(level))) return;
  const std::string text = log_text(event);
  logger().log(spdlog_level(level), "{}", format == Format::json ? as_json(text, fields) : as_text(text, fields));
}

}  // namespace sotto::base::log

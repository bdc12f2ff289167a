#pragma once
#include <array>
#include <concepts>
#include <span>
#include <string>
#include <string_view>

namespace sotto::base {

/// What a log line may hold: only types that say how. Secrets, blobs and free texts have no log_text, so a slip does
/// not compile.
template <class T>
concept LogSafe = requires(const T& field) {
  { log_text(field) } -> std::convertible_to<std::string>;
};

/// A word written in the source, and nothing computed.
class Word {
 public:
  template <std::size_t N>
  consteval Word(const char (&literal)[N]) : text_(literal, N - 1) {}
  friend std::string log_text(Word word) { return std::string(word.text_); }

 private:
  std::string_view text_;
};

/// A count or a size.
struct Count {
  unsigned long long value;
  friend std::string log_text(Count count) { return std::to_string(count.value); }
};

/// The system's number for what went wrong (errno, or a library's code).
struct Code {
  int value;
  friend std::string log_text(Code code) { return "code " + std::to_string(code.value); }
};

namespace log {

enum class Level {
  info,
  warning,
  error
};  // error: a bug of ours, or a machine that fails; a dropped connection is info

/// As lines for people, or as one JSON object a line.
enum class Format { text, json };

/// What is written from now on. A program says so once, before it has threads.
void set_up(Format format, Level at_least);

void write(Level level, Word event, std::span<const std::string> fields);

template <LogSafe... Fields>
void write_fields(Level level, Word event, const Fields&... fields) {
  const std::array<std::string, sizeof...(Fields)> texts{log_text(fields)...};
  write(level, event, texts);
}

void info(Word event, const LogSafe auto&... fields) { write_fields(Level::info, event, fields...); }
void warning(Word event, const LogSafe auto&... fields) { write_fields(Level::warning, event, fields...); }
void error(Word event, const LogSafe auto&... fields) { write_fields(Level::error, event, fields...); }

}  // namespace log
}  // namespace sotto::base

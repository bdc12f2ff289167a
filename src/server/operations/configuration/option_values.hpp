#pragma once
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include "server/operations/configuration/option_table.hpp"

/// How the text of a value becomes the field of Options that a row names. Each says what is wrong, or nothing.
namespace sotto::server::option_values {

inline std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

template <auto field>
std::string text(Options& options, const Texts& given) {
  options.*field = given.front();
  return {};
}

template <auto field>
std::string truth(Options& options, const Texts& given) {
  if (given.front() != "true" && given.front() != "false") return given.front() + " is neither true nor false";
  options.*field = given.front() == "true";
  return {};
}

template <auto field, std::uint64_t least, std::uint64_t most>
std::string count(Options& options, const Texts& given) {
  const auto value = whole_number(given.front());
  if (!value || *value < least || *value > most)
    return given.front() + " is not a number from " + std::to_string(least) + " to " + std::to_string(most);
  options.*field = *value;
  return {};
}

/// Bytes: `4096`, `64KiB`, `128MiB`, `2GiB`.
template <auto field, std::uint64_t least, std::uint64_t most>
std::string bytes(Options& options, const Texts& given) {
  constexpr std::array<std::pair<std::string_view, unsigned>, 4> units{
      {{"KiB", 10}, {"MiB", 20}, {"GiB", 30}, {"", 0}}};
  for (const auto& [unit, shift] : units) {
    if (!given.front().ends_with(unit)) continue;
    const auto value = whole_number(std::string_view(given.front()).substr(0, given.front().size() - unit.size()));
    if (!value || *value > (most >> shift) || (*value << shift) < least) break;
    options.*field = *value << shift;
    return {};
  }
  return given.front() + " is not a size in bytes from " + std::to_string(least) + " to " + std::to_string(most) +
         " (128MiB, say)";
}

/// words  pairs of a word and what it means
template <auto field, const auto& words>
std::string word(Options& options, const Texts& given) {
  std::string known;
  for (const auto& [name, meaning] : words) {
    if (given.front() == name) return options.*field = meaning, std::string();
    known += known.empty() ? std::string(name) : " or " + std::string(name);
  }
  return given.front() + " is not " + known;
}

}  // namespace sotto::server::option_values
